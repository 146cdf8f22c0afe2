import type { Cleanup } from '../../cleanup.js';
import type { Catalog } from '../../domain/matching/catalog.js';
import { type Checker, WorkerChecker } from '../../schemas/checker.js';
import { Gate } from '../../schemas/gate.js';
import { UnusableSchemas } from '../../schemas/unusable-schemas.js';
import { ViolationLog } from '../../schemas/violation-log.js';
import type { Journal } from '../../store/journal/journal.js';
import type { JournalPool } from '../../store/journal/journal-pool.js';
import { loadSchemaText } from '../../store/schemas/load-schema.js';
import type { Base } from '../base.js';

/** The checks of messages, and of schemas, by the schemas of events. Their threads start with the first check. */
export interface Schemas {
  /** Judges messages when they are accepted. */
  readonly gate: Gate;
  readonly unusable: UnusableSchemas;
  /** Checks what users try, apart from the messages. */
  readonly trials: Checker;
  /** Judges messages that are not accepted, and informs no other part. */
  readonly trialGate: Gate;
  /** Number of times that a check of messages took too long or too much memory. */
  restarts(): number;
}

interface SchemaParts {
  readonly catalog: Catalog;
  readonly journal: Pick<Journal, 'loadSchema'>;
  readonly pool: JournalPool;
}

export function wireSchemas(
  { clock, logger }: Base,
  { catalog, journal, pool }: SchemaParts,
  cleanup: Cleanup,
): Schemas {
  const checker = new WorkerChecker();
  const trials = new WorkerChecker();
  cleanup.add('schemas', async () => {
    await Promise.all([checker.stop(), trials.stop()]);
  });
  const unusable = new UnusableSchemas(() => catalog.gatedEvents());
  const violations = new ViolationLog(logger, clock.monotonic);
  const gate = new Gate({
    checker,
    loadSchema: journal.loadSchema,
    onUse: (schema, event, problem) => unusable.note(schema, event, problem),
    onViolation: (verdict) => violations.note(verdict),
  });
  const trialGate = new Gate({
    checker: trials,
    loadSchema: (id) => loadSchemaText(pool, id),
    onUse: () => undefined,
    onViolation: () => undefined,
  });
  return { gate, trialGate, unusable, trials, restarts: () => checker.restarts() };
}
