import { type Degradation, isOfIntake } from '../../domain/streams/degradation.js';
import type { Logger } from '../../logger.js';
import { repeatReported } from '../../repeat-reported.js';

export interface DegradationsDeps {
  /** The parts of hukz that can be degraded. */
  readonly sources: readonly (() => readonly Degradation[])[];
  readonly logger: Logger;
}

export interface Degradations {
  list(): readonly Degradation[];
  /** Logs each change of state from now on. */
  watch(): { stop(): Promise<void> };
}

const LOOK_EVERY_MS = 1000;
/** One cause may affect thousands of events. The rest of a round shares one line. */
export const MAX_LINES_PER_LOOK = 100;

/**
 * The degradations of this instance, from every part that can be degraded: the one list that readiness, metrics and log
 * lines show.
 */
export function makeDegradations({ sources, logger }: DegradationsDeps): Degradations {
  let known: ReadonlyMap<string, Degradation> = new Map();
  const list = () => sources.flatMap((source) => source());

  const look = async () => {
    const degraded = list();
    if (degraded.length === 0 && known.size === 0) return;
    const now = new Map(degraded.map((each) => [keyOf(each), each]));
    const begun = [...now].filter(([key, each]) => !known.has(key) && isOfIntake(each)).map(([, each]) => each);
    const ended = [...known].filter(([key, each]) => !now.has(key) && isOfIntake(each)).map(([, each]) => each);
    known = now;
    inLines(begun, (fields) => logger.error('intake.degraded', fields));
    inLines(ended, (fields) => logger.info('intake.restored', fields));
  };

  return {
    list,
    watch: () => repeatReported(look, { everyMs: LOOK_EVERY_MS, logger, line: 'intake.look_failed' }),
  };
}

/** A lost connection is one degradation, not one per event. */
export function notConnected(problem: string | undefined): readonly Degradation[] {
  return problem === undefined ? [] : [{ reason: 'not_connected', problem }];
}

/** The message of a problem may change from look to look. The state has changed only if the reason has. */
const keyOf = ({ event = '', account = '', reason }: Degradation) => `${reason}\n${event}\n${account}`;

function inLines(changed: readonly Degradation[], line: (fields: Readonly<Record<string, unknown>>) => void): void {
  for (const { isPartial: _, ...fields } of changed.slice(0, MAX_LINES_PER_LOOK)) line(fields);
  const rest = changed.slice(MAX_LINES_PER_LOOK);
  if (rest.length > 0) line({ events: rest.length, reasons: [...new Set(rest.map(({ reason }) => reason))] });
}

const REASON_OF = { messages: 'message_not_stored', attempts: 'attempt_not_stored' } as const;

/** Rows that PostgreSQL does not store, while it stores others. */
export function notStored(what: keyof typeof REASON_OF, whys: readonly string[]): readonly Degradation[] {
  const [first] = whys;
  if (first === undefined) return [];
  const ending = what === 'messages' ? 'put into quarantine' : 'settled without a log row';
  const problem = `PostgreSQL does not store ${whys.length} of the ${what}: ${first}; they are tried again for some seconds, then ${ending}`;
  return [{ reason: REASON_OF[what], problem }];
}
