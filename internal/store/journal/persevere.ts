import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { pause } from '../../pause.js';
import { judgePgError, type PgVerdict, takesTooLong } from '../postgres/pg-error.js';

export interface PersevereDeps {
  readonly logger: Logger;
  readonly random: () => number;
  /** Told of each failure that is waited out, and of the success that ends them. */
  onTrouble(statement: string, problem: string | undefined): void;
  /** Counts each repetition. */
  onRepeat(statement: string, verdict: PgVerdict): void;
}

export interface Repeatable<T> {
  /** For the log line: `accept`, `settle`, `quarantine`. */
  readonly name: string;
  /** The statement; `repeated` says that an earlier try may have been committed. */
  run(repeated: boolean): Promise<T>;
  ensurePartitions?(): Promise<void>;
  /** After so many failures that may be the fault of a row, the caller deals with them. Outages do not count. Default: never. */
  readonly maxTries?: number;
  /** After so many tries in a row that took too long, the caller asks for less at once. Default: never. */
  readonly maxTooLong?: number;
  /** An earlier try of the caller may have been committed. */
  readonly repeated?: boolean;
}

/** Thrown after `maxTries` by what is neither an outage nor said to be the fault of a row. */
export class StillFails extends Error {
  override readonly name = 'StillFails';
}

/** Thrown after `maxTooLong`. The statement may have been committed. */
export class TakesTooLong extends Error {
  override readonly name = 'TakesTooLong';
}

export type Persevere = <T>(work: Repeatable<T>) => Promise<T>;

/** Deadlocks and missing partitions end by themselves; from here on they are trouble like any other. */
const USUAL_REPEATS = 5;
const MAX_WAIT_MS = 2000;
/** About a minute. */
const REMIND_EVERY = 30;

/**
 * Runs a statement that may be run twice until PostgreSQL has answered it, through lost connections, restarts, a full disk
 * and whatever else is not the fault of its rows: nothing that was taken in may be lost by it. Rejects only with what
 * repeating cannot mend (`data`, `schema`), after `maxTries` or `maxTooLong`, or once `signal` says that we are stopping.
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
        const mayBeARow = verdict === 'unexpected' || (verdict === 'no_partition' && tries >= USUAL_REPEATS);
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
        const isUsual = verdict === 'repeat' || verdict === 'no_partition';
        if (!isUsual || tries >= USUAL_REPEATS) deps.onTrouble(work.name, problem);
        repeated ||= verdict === 'unknown_outcome';
        await pause(Math.min(MAX_WAIT_MS, 10 * 2 ** tries) * (0.5 + deps.random()), signal);
      }
    }
  };
}
