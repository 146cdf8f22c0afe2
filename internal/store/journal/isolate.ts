import { messageOf } from '../../errors.js';
import { pause } from '../../pause.js';
import { judgePgError } from '../postgres/pg-error.js';
import { StillFails, TakesTooLong } from './persevere.js';

export interface Tries {
  /** After so many failures that may be the fault of a row, `StillFails` is thrown. */
  readonly maxTries: number;
  /** After so many tries in a row that took too long, `TakesTooLong` is thrown. */
  readonly maxTooLong: number;
  /** A part of it may have been committed by an earlier try. */
  readonly repeated: boolean;
  /** It runs beside the batches, and its failures are no trouble of theirs. */
  readonly isBeside: boolean;
}

export interface IsolateDeps<I, O> {
  /** Commits a part of a batch. */
  run(part: readonly I[], tries: Tries): Promise<readonly O[]>;
  /** Ends an item that cannot be committed. It runs beside the batches. */
  refuse(item: I, error: unknown): Promise<O>;
  sizeOf(item: I): number;
  readonly signal: AbortSignal;
}

export interface Isolate<I, O> {
  run(batch: readonly I[]): Promise<readonly (O | Promise<O>)[]>;
  /** Why items fail alone; empty when none does. */
  suspects(): readonly string[];
  /** Why nothing can be committed. */
  trouble(): string | undefined;
}

/** With the waits between them 2.5 s: a fault of the server may end in that time. */
const PATIENT_TRIES = 8;
/** While a suspect is known, or was lately, the next failure is probably of its kind: 15 ms. */
const IMPATIENT_TRIES = 2;
const IMPATIENT_FOR_MS = 60_000;
/** Half a minute. */
const MAX_TOO_LONG = 2;
/** Parts in a row of about the size that is allowed, after which twice as much is tried again. */
const GROW_AFTER = 16;
const NEVER = Number.POSITIVE_INFINITY;
const ROUND_MS = 1000;
/** A suspect that has failed so many times alone, each time while others were committed, is refused. */
const FAILURES = 10;
/** With so many suspects one failure is enough. */
const MANY_SUSPECTS = 256;
const MAX_SUSPECTS = 2000;
const MAX_SUSPECT_BYTES = 8 << 20;
/** When more than so many fail and nothing is committed, the server is at fault and is asked for only so many a round. */
const MAX_WITHOUT_COMMIT = 16;
const QUIET_MS = 5000;

/** For a part of a batch that failed: it may have been committed. */
const ONCE: Tries = { maxTries: 1, maxTooLong: MAX_TOO_LONG, repeated: true, isBeside: false };

interface Suspect<O> {
  why: string;
  failures: number;
  /** Commits of others before its last failure. */
  commits: number;
  isRefused: boolean;
  readonly bytes: number;
  resolve(result: O | Promise<O>): void;
  reject(error: unknown): void;
}

/**
 * Keeps a row that PostgreSQL does not store from holding up the others. A batch that fails is halved until the row is alone.
 * A row that is at fault by PostgreSQL's own words is refused. Any other is a suspect: it is tried once a second beside the
 * batches, and refused when it keeps failing while others are committed. While nothing is committed, no row is blamed.
 * A batch that is not answered in its time is halved too, and the next ones are as small, until parts of that size succeed: a
 * server that is slow enough would otherwise never finish any.
 */
export function makeIsolate<I, O>(deps: IsolateDeps<I, O>): Isolate<I, O> {
  const suspects = new Map<I, Suspect<O>>();
  let bytes = 0;
  let commits = 0;
  let committedAt = performance.now();
  let isolatedAt = Number.NEGATIVE_INFINITY;
  let isWatching = false;
  /** Items that the server does in time, as far as it is known not to do more. */
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
    // The batcher passes a rejection on, but only once the whole batch has run: until then the promise has no listener.
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
      // To the end of the queue.
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
      // An earlier try of the whole may have been committed, although its answer was lost.
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
