import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { pause } from '../../pause.js';
import { judgePgError, type PgVerdict, takesTooLong } from '../postgres/pg-error.js';

export interface PersevereDeps {
  readonly logger: Logger;
  readonly random: () => number;
  /** Called with each failure that is retried, and with undefined after the success that ends them. */
  onTrouble(statement: string, problem: string | undefined): void;
  /** Counts each repetition. */
  onRepeat(statement: string, verdict: PgVerdict): void;
}

export interface Repeatable<T> {
  /** The name in the log line: `accept`, `settle`, `quarantine`. */
  readonly name: string;
  /** Runs the statement. `repeated` means that an earlier try may have been committed. */
  run(repeated: boolean): Promise<T>;
  ensurePartitions?(): Promise<void>;
  /**
   * Number of failures, possibly caused by a row, after which the caller handles them. Outages do not count. Default:
   * no limit.
   */
  readonly maxTries?: number;
  /**
   * Number of consecutive tries that took too long, after which the caller reduces the batch at once. Default: no
   * limit.
   */
  readonly maxTooLong?: number;
  /** True if an earlier try of the caller may have been committed. */
  readonly repeated?: boolean;
}

/** Thrown after `maxTries` failures that are neither an outage nor, according to PostgreSQL, the fault of a row. */
export class StillFails extends Error {
  override readonly name = 'StillFails';
}

/** Thrown after `maxTooLong`. The statement may have been committed. */
export class TakesTooLong extends Error {
  override readonly name = 'TakesTooLong';
}

export type Persevere = <T>(work: Repeatable<T>) => Promise<T>;

/**
 * Deadlocks and missing partitions end without help. From this many repetitions on they count as trouble like any other
 * failure.
 */
const EXPECTED_REPEATS = 5;
const MAX_WAIT_MS = 2000;
/** With the waits in between, this is about a minute. */
const REMIND_EVERY = 30;

/**
 * Runs a statement, which may run twice, until PostgreSQL has answered it: through lost connections, restarts, a full
 * disk and any other failure that is not the fault of its rows, because no accepted message may be lost. Rejects only
 * with errors that a repetition cannot fix (`data`, `schema`), after `maxTries` or `maxTooLong`, or once `signal` says
 * that the process is stopping.
 */
export function makePersevere(deps: PersevereDeps, signal: AbortSignal): Persevere {
  return async (work) => {
    let repeated = work.repeated ?? false;
    let rowFailures = 0;
    let tooLong = 0;
    let needsPartitions = false;
    let lastProblem: string | undefined;
    for (let tries = 0; ; tries++) {
      try {
        if (needsPartitions) await work.ensurePartitions?.();
        needsPartitions = false;
        const result = await work.run(repeated);
        if (lastProblem !== undefined) {
          deps.onTrouble(work.name, undefined);
          deps.logger.info('journal.recovered', { statement: work.name, tries });
        }
        return result;
      } catch (error) {
        const verdict = judgePgError(error);
        if (verdict === 'data' || verdict === 'schema' || signal.aborted) {
          deps.onTrouble(work.name, undefined);
          throw error;
        }
        const problem = messageOf(error);
        tooLong = takesTooLong(error) ? tooLong + 1 : 0;
        if (tooLong >= (work.maxTooLong ?? Number.POSITIVE_INFINITY)) {
          deps.onTrouble(work.name, undefined);
          throw new TakesTooLong(problem);
        }
        const mayBeARow = verdict === 'unexpected' || (verdict === 'no_partition' && tries >= EXPECTED_REPEATS);
        if (mayBeARow && ++rowFailures >= (work.maxTries ?? Number.POSITIVE_INFINITY)) {
          deps.onTrouble(work.name, undefined);
          throw new StillFails(problem);
        }
        if (problem !== lastProblem || tries % REMIND_EVERY === 0) {
          deps.logger.warn('journal.repeated', { statement: work.name, tries: tries + 1, verdict, error: problem });
        }
        lastProblem = problem;
        deps.onRepeat(work.name, verdict);
        needsPartitions ||= verdict === 'no_partition';
        const isExpected = verdict === 'repeat' || verdict === 'no_partition';
        if (!isExpected || tries >= EXPECTED_REPEATS) deps.onTrouble(work.name, problem);
        repeated ||= verdict === 'unknown_outcome';
        await pause(Math.min(MAX_WAIT_MS, 10 * 2 ** tries) * (0.5 + deps.random()), signal);
      }
    }
  };
}
