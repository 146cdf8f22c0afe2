import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { judgePgError, type PgVerdict } from '../pg-error.js';

export interface PersevereDeps {
  readonly logger: Logger;
  readonly random: () => number;
  /** Told of each failure that is waited out, and of the success that ends them. */
  onTrouble(statement: string, problem: string | undefined): void;
}

export interface Repeatable<T> {
  /** For the log line: `accept`, `settle`. */
  readonly name: string;
  /** The statement; `repeated` says that an earlier try may have been committed. */
  run(repeated: boolean): Promise<T>;
  ensurePartitions(): Promise<void>;
}

export type Persevere = <T>(work: Repeatable<T>) => Promise<T>;

const MOST_REPEATS = 5;
const LONGEST_WAIT_MS = 2000;

/**
 * Runs a statement that may be run twice until PostgreSQL has answered it, through lost connections, restarts and a full
 * disk. Rejects only with what repeating cannot mend (`data`, `fatal`), or once `signal` says that we are stopping.
 */
export function makePersevere(deps: PersevereDeps, signal: AbortSignal): Persevere {
  return async (work) => {
    let repeated = false;
    let needsPartitions = false;
    for (let tries = 0; ; tries++) {
      try {
        if (needsPartitions) await work.ensurePartitions();
        needsPartitions = false;
        const result = await work.run(repeated);
        if (tries > 0) deps.onTrouble(work.name, undefined);
        return result;
      } catch (error) {
        const verdict = judgePgError(error);
        if (isFinal(verdict, tries) || signal.aborted) {
          deps.onTrouble(work.name, undefined);
          throw error;
        }
        deps.logger.warn('journal.repeated', {
          statement: work.name,
          tries: tries + 1,
          verdict,
          error: messageOf(error),
        });
        needsPartitions ||= verdict === 'no_partition';
        if (verdict !== 'repeat' && verdict !== 'no_partition') deps.onTrouble(work.name, messageOf(error));
        repeated ||= verdict === 'unknown_outcome';
        await pause(Math.min(LONGEST_WAIT_MS, 10 * 2 ** tries) * (0.5 + deps.random()), signal);
      }
    }
  };
}

function isFinal(verdict: PgVerdict, tries: number): boolean {
  switch (verdict) {
    case 'data':
    case 'fatal':
      return true;
    case 'repeat':
    case 'no_partition':
      return tries >= MOST_REPEATS;
    case 'unknown_outcome':
    case 'back_off':
      return false;
    default:
      return verdict satisfies never;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
