import { expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { bisect } from './bisect.js';

const sqlError = (code: string) => Object.assign(new Error(code), { code });
const batch = fc.array(fc.record({ poisoned: fc.boolean() }), { minLength: 1, maxLength: 40, size: 'max' });
const mostlyGood = fc.array(
  fc.record({
    poisoned: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  }),
  { minLength: 1, maxLength: 200, size: 'max' },
);

it('bisecting stores each good item once, refuses each poisoned one once, in order, by few statements', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(batch, mostlyGood), async (items) => {
      const stored: unknown[] = [];
      const refused: unknown[] = [];
      let statements = 0;
      const results = await bisect(
        items,
        async (part) => {
          statements++;
          if (part.some(({ poisoned }) => poisoned)) throw sqlError('22021');
          stored.push(...part);
          return part.map((item) => ({ item, stored: true }));
        },
        async (item) => {
          refused.push(item);
          return { item, stored: false };
        },
      );
      expect(results.map(({ item }) => item)).toEqual(items);
      expect(results.every(({ item, stored: good }) => good !== item.poisoned)).toBe(true);
      expect(stored).toEqual(items.filter(({ poisoned }) => !poisoned));
      expect(refused).toEqual(items.filter(({ poisoned }) => poisoned));
      expect(statements).toBeLessThanOrEqual(1 + 2 * refused.length * Math.ceil(Math.log2(items.length)));
    }),
    { numRuns: 50 },
  );
});

it('bisecting passes on what is not the fault of the data, at whichever statement it comes', async () => {
  await fc.assert(
    fc.asyncProperty(
      batch,
      fc.nat({ max: 20 }),
      fc.constantFrom('57P01', '40001', '53100'),
      async (items, at, code) => {
        let statements = 0;
        const running = bisect(
          items,
          async (part) => {
            if (statements++ === at) throw sqlError(code);
            if (part.some(({ poisoned }) => poisoned)) throw sqlError('22021');
            return part;
          },
          async (item) => item,
        );
        const ending = await running.then(
          () => 'done',
          (error: unknown) => (error as Error).message,
        );
        expect(ending).toBe(statements > at ? code : 'done');
        if (ending !== 'done') expect(statements).toBe(at + 1);
      },
    ),
  );
});
