import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { makeBatcher } from './batcher.js';

const options = fc.record({
  maxItems: fc.integer({ min: 1, max: 12 }),
  maxBytes: fc.integer({ min: 1, max: 60 }),
  parallel: fc.integer({ min: 1, max: 3 }),
  lingerMs: fc.nat({ max: 1 }).map((ms) => () => ms),
  busyFrom: fc.integer({ min: 1, max: 6 }),
  enough: fc.integer({ min: 1, max: 8 }),
});
/** Sizes of the items that arrive in one turn of the event loop, and the number of idle turns after it. */
const arrival = fc.record({ sizes: fc.array(fc.nat({ max: 40 }), { maxLength: 8 }), rest: fc.nat({ max: 3 }) });
const flushing = fc.record({
  turns: fc.nat({ max: 4 }),
  ends: fc.constantFrom('answers', 'answers', 'rejects', 'throws' as const),
});

const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await turn();
};

it('a batcher answers every item once and for itself, in order and within its bounds, however flushes end', async () => {
  const plan = fc.infiniteStream(flushing);
  await fc.assert(
    fc.asyncProperty(options, fc.array(arrival, { maxLength: 12 }), plan, async (bounds, arrivals, flushes) => {
      const batches: { readonly items: readonly number[]; readonly ends: string }[] = [];
      const sizes: number[] = [];
      let running = 0;
      const batcher = makeBatcher<number, string>({
        ...bounds,
        isAwaited: (item) => sizes[item]! % 4 < bounds.busyFrom,
        sizeOf: (item) => sizes[item]!,
        flush: (items) => {
          const { turns: wait, ends } = flushes.next().value;
          batches.push({ items, ends });
          if (ends === 'throws') throw new Error(`batch ${batches.length} throws`);
          expect(++running).toBeLessThanOrEqual(bounds.parallel);
          return turns(wait).then(() => {
            running--;
            if (ends === 'rejects') throw new Error('rejects');
            return items.map((item) => `done ${item}`);
          });
        },
      });
      const answers: Promise<void>[] = [];
      const answered = new Map<number, string[]>();
      const note = (item: number, words: string) => answered.set(item, [...(answered.get(item) ?? []), words]);
      for (const { sizes: arriving, rest } of arrivals) {
        for (const size of arriving) {
          const item = sizes.push(size) - 1;
          answers.push(
            batcher.add(item).then(
              (result) => void note(item, result),
              (error: unknown) => void note(item, (error as Error).message),
            ),
          );
          expect(batcher.pending()).toBe(sizes.length - answered.size);
        }
        await turns(rest);
      }
      await Promise.all(answers);

      const all = sizes.map((_, item) => item);
      expect(batches.flatMap(({ items }) => items)).toEqual(all);
      for (const [index, { items, ends }] of batches.entries()) {
        expect(items.length).toBeGreaterThan(0);
        expect(items.length).toBeLessThanOrEqual(bounds.maxItems);
        const besidesTheLast = items.slice(0, -1).reduce((sum, item) => sum + sizes[item]!, 0);
        if (items.length > 1) expect(besidesTheLast).toBeLessThan(bounds.maxBytes);
        for (const item of items) {
          const words = { answers: `done ${item}`, rejects: 'rejects' }[ends] ?? `batch ${index + 1} throws`;
          expect(answered.get(item)).toEqual([words]);
        }
      }
      expect([running, batcher.pending()]).toEqual([0, 0]);
    }),
    { numRuns: 40 },
  );
});
