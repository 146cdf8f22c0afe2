import { messageOf } from '../../errors.js';
import { pause } from '../../pause.js';
import { judgePgError } from '../postgres/pg-error.js';
import { StillFails, TakesTooLong } from './persevere.js';

export interface Tries {
  /** Number of failures, possibly caused by a row, after which `StillFails` is thrown. */
  readonly maxTries: number;
  /** Number of consecutive tries that took too long, after which `TakesTooLong` is thrown. */
  readonly maxTooLong: number;
  /** True if an earlier try may have committed a part of the batch. */
  readonly repeated: boolean;
  /** True for a statement that runs beside the batches. Its failures do not count as the journal's trouble. */
  readonly isBeside: boolean;
}

export interface IsolateDeps<I, O> {
  /** Commits a part of a batch. */
  run(part: readonly I[], tries: Tries): Promise<readonly O[]>;
  /** Ends an item that cannot be committed. The call runs beside the batches. */
  refuse(item: I, error: unknown): Promise<O>;
  sizeOf(item: I): number;
  readonly signal: AbortSignal;
}

export interface Isolate<I, O> {
  run(batch: readonly I[]): Promise<readonly (O | Promise<O>)[]>;
  /** The reasons why items fail alone; empty when none does. */
  suspects(): readonly string[];
  /** The reason why nothing can be committed. */
  trouble(): string | undefined;
}

/** With the waits between them, the tries take 2.5 s. A fault of the server may end in that time. */
const PATIENT_TRIES = 8;
/**
 * While a suspect is known, or was known lately, the next failure probably has the same cause. These tries take 15 ms.
 */
const IMPATIENT_TRIES = 2;
const IMPATIENT_FOR_MS = 60_000;
/** Two such tries take half a minute. */
const MAX_TOO_LONG = 2;
/** After this many consecutive parts of about the allowed size, twice the size is tried again. */
const GROW_AFTER = 16;
const NEVER = Number.POSITIVE_INFINITY;
const ROUND_MS = 1000;
/** A suspect that has failed this often alone, each time while others were committed, is refused. */
const FAILURES = 10;
/** From this many suspects on, one failure is enough. */
const MANY_SUSPECTS = 256;
const MAX_SUSPECTS = 2000;
const MAX_SUSPECT_BYTES = 8 << 20;
/**
 * When more items than this fail and nothing is committed, the server is at fault. Each round then tries only this many
 * items.
 */
const MAX_WITHOUT_COMMIT = 16;
const QUIET_MS = 5000;

/** For a part of a batch that failed, which may have been committed. */
const ONCE: Tries = { maxTries: 1, maxTooLong: MAX_TOO_LONG, repeated: true, isBeside: false };

interface Suspect<O> {
  why: string;
  failures: number;
  /** The number of other commits before the suspect's last failure. */
  commits: number;
  isRefused: boolean;
  readonly bytes: number;
  resolve(result: O | Promise<O>): void;
  reject(error: unknown): void;
}

/**
 * Prevents a row that PostgreSQL does not store from blocking the others. A batch that fails is halved until the row is
 * alone. A row that is at fault according to PostgreSQL's error is refused. Any other row is a suspect: it is tried
 * once per second beside the batches, and refused when it keeps failing while others are committed. While nothing is
 * committed, no row is blamed. A batch without an answer in time is halved too, and the next batches are as small,
 * until parts of that size succeed: a very slow server would otherwise never finish any.
 */
export function makeIsolate<I, O>(deps: IsolateDeps<I, O>): Isolate<I, O> {
  const suspects = new Map<I, Suspect<O>>();
  let bytes = 0;
  let commits = 0;
  let committedAt = performance.now();
  let isolatedAt = Number.NEGATIVE_INFINITY;
  let isWatching = false;
  /** Number of items that the server can commit in time, as far as is known. */
  let most = NEVER;
  let inTime = 0;
  const roomWaiters: (() => void)[] = [];

  const isFull = () => suspects.size >= MAX_SUSPECTS || bytes >= MAX_SUSPECT_BYTES;
  const isNothingCommitted = () => suspects.size > MAX_WITHOUT_COMMIT && performance.now() - committedAt > QUIET_MS;

  const commit = async (part: readonly I[], tries: Tries): Promise<readonly O[]> => {
    const results = await deps.run(part, tries);
    commits++;
    committedAt = performance.now();
    return results;
  };

  const end = (item: I, suspect: Suspect<O>, settle: () => void) => {
    suspects.delete(item);
    bytes -= suspect.bytes;
    settle();
    if (!isFull()) for (const resolve of roomWaiters.splice(0)) resolve();
  };

  const refuse = (item: I, suspect: Suspect<O>, error: unknown) => {
    suspect.isRefused = true;
    deps.refuse(item, error).then(
      (result) => end(item, suspect, () => suspect.resolve(result)),
      (cause: unknown) => end(item, suspect, () => suspect.reject(cause)),
    );
  };

  const setAside = (item: I, error: unknown): Promise<O> => {
    isolatedAt = performance.now();
    const result = new Promise<O>((resolve, reject) => {
      const suspect = {
        ...{ why: messageOf(error), failures: 0, commits, isRefused: false },
        ...{ bytes: deps.sizeOf(item), resolve, reject },
      };
      bytes += suspect.bytes;
      suspects.set(item, suspect);
      if (error instanceof StillFails) void watch();
      else refuse(item, suspect, error);
    });
    // The batcher handles the rejection only after the whole batch has run. Until then the promise has no listener.
    result.catch(() => undefined);
    return result;
  };

  const tryAlone = async (item: I, suspect: Suspect<O>): Promise<void> => {
    try {
      const [result] = await commit([item], { ...ONCE, maxTooLong: NEVER, isBeside: true });
      end(item, suspect, () => suspect.resolve(result as O));
    } catch (error) {
      if (judgePgError(error) === 'data') return refuse(item, suspect, error);
      if (!(error instanceof StillFails)) return end(item, suspect, () => suspect.reject(error));
      suspect.why = error.message;
      if (commits > suspect.commits) suspect.failures++;
      suspect.commits = commits;
      if (suspect.failures >= (suspects.size < MANY_SUSPECTS ? FAILURES : 1)) return refuse(item, suspect, error);
      // The suspect moves to the end of the queue.
      suspects.delete(item);
      suspects.set(item, suspect);
    }
  };

  const runRound = async () => {
    const before = commits;
    let tried = 0;
    for (const [item, suspect] of [...suspects]) {
      if (suspect.isRefused) continue;
      if (commits === before && tried === MAX_WITHOUT_COMMIT) return;
      await tryAlone(item, suspect);
      tried++;
    }
  };

  const watch = async () => {
    if (isWatching) return;
    isWatching = true;
    while ([...suspects.values()].some(({ isRefused }) => !isRefused)) {
      await pause(ROUND_MS, deps.signal);
      await runRound();
    }
    isWatching = false;
  };

  const runHalves = async (part: readonly I[], tries: Tries): Promise<readonly (O | Promise<O>)[]> => {
    const middle = part.length >> 1;
    const first = await runPart(part.slice(0, middle), tries);
    return [...first, ...(await runPart(part.slice(middle), tries))];
  };

  const runPart = async (part: readonly I[], tries: Tries): Promise<readonly (O | Promise<O>)[]> => {
    if (part.length > most) return runHalves(part, tries);
    try {
      const results = await commit(part, part.length > 1 ? tries : { ...tries, maxTooLong: NEVER });
      if (2 * part.length > most && ++inTime === GROW_AFTER) {
        most *= 2;
        inTime = 0;
      }
      return results;
    } catch (error) {
      // An earlier try of the whole part may have been committed, although its answer was lost.
      if (error instanceof TakesTooLong) {
        most = part.length >> 1;
        inTime = 0;
        return runHalves(part, { ...tries, repeated: true });
      }
      if (!(error instanceof StillFails) && judgePgError(error) !== 'data') throw error;
      const [only] = part;
      if (part.length === 1 && only !== undefined) return [setAside(only, error)];
      return runHalves(part, ONCE);
    }
  };

  return {
    async run(batch) {
      while (isFull() && !deps.signal.aborted) await new Promise<void>((resolve) => roomWaiters.push(resolve));
      const isKnown = suspects.size > 0 || performance.now() - isolatedAt < IMPATIENT_FOR_MS;
      const maxTries = isKnown ? IMPATIENT_TRIES : PATIENT_TRIES;
      return runPart(batch, { maxTries, maxTooLong: MAX_TOO_LONG, repeated: false, isBeside: false });
    },
    suspects: () => [...suspects.values()].map(({ why }) => why),
    trouble: () => (isFull() || isNothingCommitted() ? [...suspects.values()][0]?.why : undefined),
  };
}
