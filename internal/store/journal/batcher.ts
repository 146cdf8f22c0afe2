export interface BatcherOptions<I, O> {
  /** Writes a batch; answers in its order, of some items perhaps later. Rejects as a whole. */
  flush(items: readonly I[]): Promise<readonly (O | Promise<O>)[]>;
  sizeOf(item: I): number;
  readonly maxItems: number;
  readonly maxBytes: number;
  /** Flushes under way at the same time. */
  readonly parallel: number;
  /** How long a busy batcher collects before it flushes, by the size of its last batch. */
  lingerMs(lastSize: number): number;
  /** From this size of the last batch on it counts as busy: more is expected to come soon. */
  readonly busyFrom: number;
  /** So many are waited for no longer. */
  readonly enough: number;
}

interface Waiting<I, O> {
  readonly item: I;
  readonly size: number;
  resolve(result: O | Promise<O>): void;
  reject(error: unknown): void;
}

export interface Batcher<I, O> {
  add(item: I): Promise<O>;
  /** Items added and not answered yet. */
  pending(): number;
}

/**
 * Batches that adapt: when no flush is running, what the current turn of the event loop brings is flushed at once; while
 * one runs, the rest collects; when the last batch was not small, a moment is waited for more. An idle service adds one
 * commit of latency, a busy one shares a commit among hundreds.
 */
export function makeBatcher<I, O>(options: BatcherOptions<I, O>): Batcher<I, O> {
  let waiting: Waiting<I, O>[] = [];
  let unanswered = 0;
  let running = 0;
  let isDue = false;
  let lingering: NodeJS.Timeout | undefined;
  let lastSize = 0;

  const schedule = () => {
    if (isDue || running >= options.parallel || waiting.length === 0) return;
    if (lastSize >= options.busyFrom && waiting.length < options.enough) {
      lingering ??= setTimeout(flush, options.lingerMs(lastSize));
      return;
    }
    isDue = true;
    setImmediate(flush);
  };

  const flush = () => {
    clearTimeout(lingering);
    lingering = undefined;
    isDue = false;
    while (running < options.parallel && waiting.length > 0) void run(takeBatch());
  };

  const takeBatch = (): Waiting<I, O>[] => {
    let bytes = 0;
    let count = 0;
    while (count < waiting.length && count < options.maxItems && (count === 0 || bytes < options.maxBytes)) {
      bytes += waiting[count]?.size ?? 0;
      count++;
    }
    if (count === waiting.length) {
      const all = waiting;
      waiting = [];
      return all;
    }
    return waiting.splice(0, count);
  };

  const run = async (batch: readonly Waiting<I, O>[]) => {
    running++;
    lastSize = batch.length;
    try {
      const results = await options.flush(batch.map((entry) => entry.item));
      for (const [index, entry] of batch.entries()) entry.resolve(results[index] as O);
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    } finally {
      unanswered -= batch.length;
      running--;
      schedule();
    }
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, size: options.sizeOf(item), resolve, reject });
        unanswered++;
        schedule();
      }),
    pending: () => unanswered,
  };
}
