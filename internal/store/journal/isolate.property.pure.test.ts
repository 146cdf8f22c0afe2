import { expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { makeIsolate, type Tries } from './isolate.js';
import { StillFails, TakesTooLong } from './persevere.js';

type Fault = 'data' | 'unexpected' | undefined;
interface Item {
  readonly fault: Fault;
}

const sqlError = (code: string) => Object.assign(new Error(code), { code });
const items = fc.array(
  fc.record({
    fault: fc.oneof(
      { weight: 8, arbitrary: fc.constant<Fault>(undefined) },
      { weight: 1, arbitrary: fc.constant<Fault>('data') },
      { weight: 1, arbitrary: fc.constant<Fault>('unexpected') },
    ),
  }),
  { minLength: 1, maxLength: 60, size: 'max' },
);

const make = (beforeRun: (part: readonly Item[], tries: Tries) => void = () => undefined) => {
  const stored: Item[] = [];
  const stopped = new AbortController();
  const isolate = makeIsolate<Item, string>({
    async run(part, tries) {
      beforeRun(part, tries);
      if (stopped.signal.aborted) throw sqlError('57P01');
      if (part.some(({ fault }) => fault === 'data')) throw sqlError('22021');
      if (part.some(({ fault }) => fault === 'unexpected')) throw new StillFails('P0001');
      stored.push(...part);
      return part.map(() => 'stored');
    },
    refuse: async () => 'refused',
    sizeOf: () => 1,
    signal: stopped.signal,
  });
  return { isolate, stored, stop: () => stopped.abort() };
};

it('stores each good item once and in order, refuses those that PostgreSQL blames, and suspects the rest', async () => {
  await fc.assert(
    fc.asyncProperty(items, async (batch) => {
      const { isolate, stored, stop } = make();
      const results = await isolate.run(batch);
      expect(results).toHaveLength(batch.length);
      expect(stored).toEqual(batch.filter(({ fault }) => !fault));
      for (const [index, { fault }] of batch.entries()) {
        if (fault !== 'unexpected') expect(await results[index]).toBe(fault ? 'refused' : 'stored');
      }
      expect(isolate.suspects()).toHaveLength(batch.filter(({ fault }) => fault === 'unexpected').length);
      stop();
      await Promise.allSettled(results);
    }),
    { numRuns: 50 },
  );
});

it('says of each part of a batch that failed that it may have been committed', async () => {
  const seen: boolean[] = [];
  const { isolate } = make((_part, { repeated }) => seen.push(repeated));
  await isolate.run([{ fault: undefined }, { fault: 'data' }, { fault: undefined }, { fault: undefined }]);
  expect(seen).toEqual([false, ...seen.slice(1).map(() => true)]);
});

it.each(['57P01', '42P01'])('passes on what is not the fault of a row: %s', async (code) => {
  let runs = 0;
  const { isolate } = make(() => {
    if (++runs === 2) throw sqlError(code);
  });
  await expect(isolate.run([{ fault: 'data' }, { fault: undefined }])).rejects.toThrow(code);
});

it('halves what the server does not do in its time, keeps the order, and asks for more again once it is quick', async () => {
  let most = 3;
  const sizes: number[] = [];
  const { isolate, stored } = make((part, { maxTooLong, repeated }) => {
    sizes.push(part.length);
    if (part.length <= most) return;
    expect(maxTooLong).toBeLessThan(Number.POSITIVE_INFINITY);
    if (sizes.length > 1) expect(repeated).toBe(true);
    throw new TakesTooLong('Query read timeout');
  });
  const batch = Array.from({ length: 16 }, (): Item => ({ fault: undefined }));
  await isolate.run(batch);
  expect(sizes).toEqual([16, 8, 4, ...Array.from({ length: 8 }, () => 2)]);
  expect(stored).toEqual(batch);
  most = 100;
  sizes.splice(0);
  for (let n = 0; n < 14; n++) await isolate.run(batch);
  expect(sizes.at(-1)).toBe(16);
  expect(stored).toHaveLength(15 * 16);
});

it('waits for a single item that takes long, whatever was suspected of it', async () => {
  const limits: number[] = [];
  const { isolate } = make((_part, { maxTooLong }) => void limits.push(maxTooLong));
  await isolate.run([{ fault: undefined }]);
  expect(limits).toEqual([Number.POSITIVE_INFINITY]);
});
