import { ReturningSenders } from './returning-senders.js';

export interface BatcherOptions<I, O> {
  /** Writes a batch, and returns the results in its order, some of them perhaps later. Rejects as a whole. */
  flush(items: readonly I[]): Promise<readonly (O | Promise<O>)[]>;
  sizeOf(item: I): number;
  readonly maxItems: number;
  readonly maxBytes: number;
  /** Maximum number of concurrent flushes. */
  readonly parallel: number;
  /** Time that a busy batcher collects items before it flushes, by the size of its last batch. */
  lingerMs(lastSize: number): number;
  /** From this size of the last batch on, the batcher counts as busy: more items are expected soon. */
  readonly busyFrom: number;
  /** With this many items, the batcher does not wait any longer. */
  readonly enough: number;
  /** Whether the sender of an item sends the next one only after this one is written. */
  isAwaited?(item: I): boolean;
}

interface Waiting<I, O> {
  readonly item: I;
  readonly size: number;
  resolve(result: O | Promise<O>): void;
  reject(error: unknown): void;
}

export interface Batcher<I, O> {
  add(item: I): Promise<O>;
  /** Number of items that were added and not answered yet. */
  pending(): number;
}

/**
 * Makes batches that adapt to the load. When no flush is running, the items of the current turn of the event loop are
 * flushed at once. During a flush, items collect. After a batch that was not small, the batcher waits a moment for
 * more. While senders wait for their items, it waits only for those that were just answered. An idle service adds one
 * commit of latency, and a busy one shares a commit among hundreds of items.
 */
export function makeBatcher<I, O>(options: BatcherOptions<I, O>): Batcher<I, O> {
  let waiting: Waiting<I, O>[] = [];
  let unanswered = 0;
  let running = 0;
  let isDue = false;
  let lingering: NodeJS.Timeout | undefined;
  let lastSize = 0;
  /** Number of awaited items that were added and not answered yet. */
  let awaited = 0;
  const senders = new ReturningSenders();

  const isMoreExpected = () => {
    if (waiting.length >= options.enough) return false;
    if (awaited > 0) return senders.areMoreThan(waiting.length, options.lingerMs(lastSize));
    return lastSize >= options.busyFrom;
  };

  const schedule = () => {
    if (isDue || running >= options.parallel || waiting.length === 0) return;
    if (isMoreExpected()) {
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
    while (running < options.parallel && waiting.length > 0) void run(dequeueBatch());
  };

  const dequeueBatch = (): Waiting<I, O>[] => {
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
    senders.onFlush(batch.length);
    try {
      const results = await options.flush(batch.map((entry) => entry.item));
      for (const [index, entry] of batch.entries()) entry.resolve(results[index] as O);
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    } finally {
      unanswered -= batch.length;
      senders.onAnswered(awaited);
      for (const { item } of batch) if (options.isAwaited?.(item)) awaited--;
      running--;
      schedule();
    }
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, size: options.sizeOf(item), resolve, reject });
        unanswered++;
        if (options.isAwaited?.(item)) awaited++;
        schedule();
      }),
    pending: () => unanswered,
  };
}
