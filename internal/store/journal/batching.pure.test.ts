import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../testkit/eventually.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { makeBatcher } from './batcher.js';
import { makePersevere, type Repeatable, StillFails, TakesTooLong } from './persevere.js';

const sqlError = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });

describe('a batcher', () => {
  const make = (
    parallel = 1,
    maxItems = 100,
    maxBytes = 1000,
    lingerMs = 1,
    enough = 100,
    isAwaited?: (item: number) => boolean,
  ) => {
    const batches: { items: readonly number[]; finish(): void; fail(error: Error): void }[] = [];
    /** The first waits, if they are not the usual ones. */
    const waits: number[] = [];
    const batcher = makeBatcher<number, string>({
      flush: (items) =>
        new Promise((resolve, reject) => {
          batches.push({ items, finish: () => resolve(items.map((item) => `done ${item}`)), fail: reject });
        }),
      sizeOf: (item) => item,
      maxItems,
      maxBytes,
      parallel,
      busyFrom: 2,
      lingerMs: () => waits.shift() ?? lingerMs,
      enough,
      ...(isAwaited && { isAwaited }),
    });
    return { batches, batcher, waits };
  };
  const arrived = (batches: unknown[], count: number) =>
    eventually(() => batches.length === count, { what: `${count} flushes` });

  it('flushes at once when idle, and collects while a flush runs', async () => {
    const { batches, batcher } = make();
    const first = batcher.add(1);
    await arrived(batches, 1);
    const rest = [2, 3, 4].map((item) => batcher.add(item));
    expect(batcher.pending()).toBe(4);
    batches[0]?.finish();
    expect(await first).toBe('done 1');
    await arrived(batches, 2);
    expect(batches[1]?.items).toEqual([2, 3, 4]);
    batches[1]?.finish();
    expect(await Promise.all(rest)).toEqual(['done 2', 'done 3', 'done 4']);
    expect(batcher.pending()).toBe(0);
  });

  it('bounds a batch by number and by size, and always takes one', async () => {
    const { batches, batcher } = make(1, 3, 10);
    for (const item of [50, 4, 4, 4, 4]) void batcher.add(item);
    for (let n = 1; n <= 3; n++) {
      await arrived(batches, n);
      batches[n - 1]?.finish();
    }
    expect(batches.map(({ items }) => items)).toEqual([[50], [4, 4, 4], [4]]);
  });

  it('does not wait for more when a sender waits for its item', async () => {
    const { batches, batcher } = make(1, 100, 1000, 3_600_000, 3, (item) => item === 4);
    for (const item of [1, 2]) void batcher.add(item);
    await arrived(batches, 1);
    batches[0]?.finish();
    void batcher.add(3);
    void batcher.add(4);
    await arrived(batches, 2);
    expect(batches[1]?.items).toEqual([3, 4]);
    batches[1]?.finish();
  });

  it('waits for more when it is busy, but no longer than until there are enough', async () => {
    const { batches, batcher } = make(1, 100, 1000, 3_600_000, 3);
    for (const item of [1, 2]) void batcher.add(item);
    await arrived(batches, 1);
    batches[0]?.finish();
    void batcher.add(3);
    void batcher.add(4);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(batches).toHaveLength(1);
    void batcher.add(5);
    await arrived(batches, 2);
    expect(batches[1]?.items).toEqual([3, 4, 5]);
  });

  const AWAITED = [1, 100, 1000, 3_600_000, 1000, () => true] as const;
  const addAll = (batcher: { add(item: number): unknown }, items: readonly number[]) => {
    for (const item of items) void batcher.add(item);
  };
  const turns = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

  it('waits for many senders that were just answered, so that all of them share a commit', async () => {
    const { batches, batcher } = make(...AWAITED);
    addAll(batcher, numbers(1, 5));
    await arrived(batches, 1);
    addAll(batcher, numbers(6, 10));
    batches[0]?.finish();
    await turns();
    expect(batches).toHaveLength(1);
    addAll(batcher, numbers(11, 14));
    await turns();
    expect(batches).toHaveLength(1);
    addAll(batcher, [15]);
    await arrived(batches, 2);
    expect(batches[1]?.items).toEqual(numbers(6, 15));
    batches[1]?.finish();
  });

  it('and does not wait for senders again that did not return', async () => {
    const { batches, batcher, waits } = make(...AWAITED);
    addAll(batcher, numbers(1, 5));
    await arrived(batches, 1);
    addAll(batcher, numbers(6, 10));
    // The batcher asks twice: to decide whether to wait, and how long.
    waits.push(3_600_000, 1);
    batches[0]?.finish();
    await arrived(batches, 2);
    expect(batches[1]?.items).toEqual(numbers(6, 10));
    addAll(batcher, numbers(11, 15));
    batches[1]?.finish();
    await arrived(batches, 3);
    expect(batches[2]?.items).toEqual(numbers(11, 15));
    batches[2]?.finish();
  });

  it('rejects what was in a failed batch, and goes on', async () => {
    const { batches, batcher } = make();
    const failing = [batcher.add(1), batcher.add(2)];
    await arrived(batches, 1);
    const later = batcher.add(3);
    batches[0]?.fail(new Error('no'));
    for (const one of failing) await expect(one).rejects.toThrow('no');
    await arrived(batches, 2);
    batches[1]?.finish();
    expect(await later).toBe('done 3');
  });
});

describe('persevering', () => {
  const make = (errors: { shift(): unknown }, signal = new AbortController().signal) => {
    const troubles: (string | undefined)[] = [];
    const onTrouble = (_statement: string, problem: string | undefined) => troubles.push(problem);
    const persevere = makePersevere(
      { logger: makeTestLogger(), random: () => -0.5, onTrouble, onRepeat: () => undefined },
      signal,
    );
    const repeats: boolean[] = [];
    let partitions = 0;
    const run = (tries: Pick<Repeatable<string>, 'maxTries' | 'maxTooLong' | 'repeated'> = {}) =>
      persevere({
        name: 'test',
        ...tries,
        run: async (repeated) => {
          repeats.push(repeated);
          const error = errors.shift();
          if (error) throw error;
          return 'done';
        },
        ensurePartitions: async () => void partitions++,
      });
    return { run, repeats, troubles, partitions: () => partitions };
  };

  it('repeats after deadlocks, restarts and lost connections, and knows when it may have been committed', async () => {
    const { run, repeats, troubles } = make([
      sqlError('40P01'),
      new Error('Connection terminated'),
      sqlError('57P03'),
      sqlError('53100'),
    ]);
    expect(await run()).toBe('done');
    expect(repeats).toEqual([false, false, true, true, true]);
    expect(troubles).toEqual(['Connection terminated', '57P03', '53100', undefined]);
  });

  it('counts only failures that may be the fault of a row, not those of an outage before them', async () => {
    const outage = [new Error('Connection terminated'), sqlError('57P03'), sqlError('53100')];
    const { run, repeats } = make([...outage, sqlError('P0001'), ...outage]);
    expect(await run({ maxTries: 2 })).toBe('done');
    expect(repeats).toEqual([false, ...Array.from({ length: 7 }, () => true)]);
    await expect(make([...outage, sqlError('P0001'), sqlError('P0001')]).run({ maxTries: 2 })).rejects.toThrow(
      StillFails,
    );
  });

  it('has its caller ask for less after answers in a row that took too long, and for nothing else', async () => {
    const [unanswered, cancelled] = [new Error('Query read timeout'), sqlError('57014')];
    const { run, troubles } = make([unanswered, cancelled]);
    await expect(run({ maxTooLong: 2 })).rejects.toThrow(TakesTooLong);
    expect(troubles.at(-1)).toBe(undefined);
    const others = [unanswered, new Error('timeout expired'), cancelled, sqlError('57P03'), unanswered];
    expect(await make(others).run({ maxTooLong: 2 })).toBe('done');
    expect(await make([unanswered, unanswered, unanswered]).run()).toBe('done');
  });

  it('learns from its caller that an earlier try may have been committed', async () => {
    const { run, repeats } = make([]);
    await run({ repeated: true });
    expect(repeats).toEqual([true]);
  });

  it('makes a missing partition', async () => {
    const { run, partitions } = make([sqlError('23514', { routine: 'ExecFindPartition' })]);
    expect(await run()).toBe('done');
    expect(partitions()).toBe(1);
  });

  it.each(['22021', '42P01', '23514'])('gives up at once for %s', async (code) => {
    const { run, repeats } = make([sqlError(code), sqlError(code)]);
    await expect(run()).rejects.toThrow(code);
    expect(repeats).toHaveLength(1);
  });

  it('calls it trouble after the sixth deadlock, and goes on', async () => {
    const { run, troubles } = make(Array.from({ length: 8 }, () => sqlError('40001')));
    expect(await run()).toBe('done');
    expect(troubles).toEqual(['40001', '40001', '40001', undefined]);
  });

  it('gives up once it was abandoned', async () => {
    const abandoned = new AbortController();
    const { run } = make({ shift: () => sqlError('57P03') }, abandoned.signal);
    const running = run();
    abandoned.abort();
    await expect(running).rejects.toThrow('57P03');
  });
});
