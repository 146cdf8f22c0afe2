import { StillFails } from './persevere.js';

export interface IsolateDeps<I, O> {
  /** Runs a part of a batch. @throws {StillFails} after so many tries */
  run(part: readonly I[], maxTries: number): Promise<readonly O[]>;
  /** Runs one item for as long as it takes, beside the others. */
  runAside(item: I): Promise<O>;
}

export interface Isolate<I, O> {
  run(batch: readonly I[]): Promise<readonly (O | Promise<O>)[]>;
  /** Why items are set aside; empty when none is. */
  aside(): readonly string[];
}

/** With the waits between them 2.5 s. */
const PATIENT_TRIES = 8;
/** When so many fail alone it is not their fault: the rest waits, and the server is not asked for each of them. */
const MOST_ASIDE = 16;

/**
 * Keeps a row that fails for a reason PostgreSQL does not blame on it (an exception of a trigger, a damaged index page) from
 * holding up all others for ever: its batch is halved until it is alone, and it is tried again beside them.
 */
export function makeIsolate<I, O>(deps: IsolateDeps<I, O>): Isolate<I, O> {
  const aside = new Map<I, string>();

  const setAside = (item: I, why: string): Promise<O> => {
    aside.set(item, why);
    const running = deps.runAside(item).finally(() => aside.delete(item));
    // Its sender learns of it through the batcher, and until then nobody listens.
    running.catch(() => undefined);
    return running;
  };

  const runPart = async (part: readonly I[], tries: number): Promise<readonly (O | Promise<O>)[]> => {
    try {
      return await deps.run(part, aside.size < MOST_ASIDE ? tries : Number.POSITIVE_INFINITY);
    } catch (error) {
      if (!(error instanceof StillFails)) throw error;
      const [only] = part;
      if (part.length === 1 && only !== undefined) return [setAside(only, error.message)];
      const middle = part.length >> 1;
      const first = await runPart(part.slice(0, middle), 1);
      return [...first, ...(await runPart(part.slice(middle), 1))];
    }
  };

  return { run: (batch) => runPart(batch, PATIENT_TRIES), aside: () => [...aside.values()] };
}
