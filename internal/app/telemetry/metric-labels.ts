import type { LogOutcome } from '../../domain/delivery/attempt.js';
import type { PgVerdict } from '../../store/postgres/pg-error.js';

/** The outcomes of this instance's own attempts. The store writes the log rows of the other outcomes. */
export const ATTEMPT_OUTCOMES = ['delivered', 'failed', 'dead', 'local_fault'] as const satisfies readonly LogOutcome[];

export const FLUSH_KINDS = ['accept', 'settle'] as const;

const REPEATED_STATEMENTS = ['accept', 'settle', 'quarantine', 'load_schema'];
const REPEATED_VERDICTS = [
  'repeat',
  'unknown_outcome',
  'back_off',
  'unexpected',
  'no_partition',
] as const satisfies readonly PgVerdict[];

export const REPEATS = REPEATED_STATEMENTS.flatMap((statement) =>
  REPEATED_VERDICTS.map((verdict) => ({ statement, verdict })),
);
