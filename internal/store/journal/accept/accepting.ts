import { weightOf } from '../../../domain/message/message.js';
import { messageOf } from '../../../errors.js';
import type { Logger } from '../../../logger.js';
import { judgePgError } from '../../postgres/pg-error.js';
import { ACCEPT_BATCHES, DELIVERY_BYTES } from '../batch-sizes.js';
import { makeBatcher } from '../batcher.js';
import { makeIsolate } from '../isolate.js';
import type { JournalPool } from '../journal-pool.js';
import type { Persevere } from '../persevere.js';
import { type Accepted, acceptBatch } from './accept.js';
import type { Acceptance } from './accept-statement.js';
import { quarantine } from './quarantine.js';

export interface CommittingDeps {
  readonly pool: JournalPool;
  readonly logger: Logger;
  readonly persevere: Persevere;
  /** As `persevere`, for statements that run beside the batches. */
  readonly persevereBeside: Persevere;
  readonly signal: AbortSignal;
  timed<T>(kind: 'accept' | 'settle', items: number, work: () => Promise<T>): Promise<T>;
}

interface AcceptingDeps extends CommittingDeps {
  instanceId(): string;
  readonly duplicateWindowMs: number;
}

const sizeOf = ({ message, deliveries }: Acceptance) => weightOf(message) + DELIVERY_BYTES * deliveries.length;

/** Commits messages in batches. A message that cannot be stored goes to `quarantine`. */
export function makeAccepting(deps: AcceptingDeps) {
  const { pool, logger, persevere, persevereBeside, signal, instanceId, duplicateWindowMs } = deps;

  const refuse = async ({ message }: Acceptance, cause: unknown): Promise<Accepted> => {
    const error = messageOf(cause);
    const fields = { message_id: message.id, subject: message.subject, error };
    try {
      await quarantine({ pool, persevere: persevereBeside }, message, { error });
      logger.error('message.quarantined', fields);
    } catch (because) {
      // Other messages must not suffer from this error. The message is still counted as refused.
      if (judgePgError(because) !== 'data') throw because;
      logger.error('message.not_quarantined', { ...fields, because: messageOf(because) });
    }
    return { isNew: false, owner: '', owned: new Set(), refused: error };
  };

  const { run, suspects, trouble } = makeIsolate<Acceptance, Accepted>({
    run: (part, { isBeside, ...tries }) => {
      const by = isBeside ? persevereBeside : persevere;
      return deps.timed('accept', part.length, () =>
        acceptBatch({ pool, persevere: by, instanceId, duplicateWindowMs, tries }, part),
      );
    },
    refuse,
    sizeOf,
    signal,
  });
  const isAwaited = (acceptance: Acceptance) => acceptance.isAwaited === true;
  const { add } = makeBatcher<Acceptance, Accepted>({ flush: run, sizeOf, isAwaited, ...ACCEPT_BATCHES });
  return { add, suspects, trouble };
}
