import { expect, it } from '@jest/globals';
import { Recent } from './recent.js';
import { fc } from './testkit/properties.js';

it('keeps entries that were used within half of its bound, and never more than the bound', () => {
  const step = fc.record({ kind: fc.constantFrom('set', 'get', 'delete'), key: fc.nat(12), value: fc.nat() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 100, size: 'max' }), (bound, steps) => {
      const recent = new Recent<number, number>(bound);
      const all = new Map<number, { readonly value: number; readonly usedAt: number }>();
      let uses = 0;
      for (const { kind, key, value } of steps) {
        const known = all.get(key);
        if (kind === 'delete') {
          recent.delete(key);
          all.delete(key);
        } else if (kind === 'set') {
          recent.set(key, value);
          all.set(key, { value, usedAt: uses++ });
        } else {
          const found = recent.get(key);
          const mustBeThere = known !== undefined && uses - known.usedAt <= Math.floor((bound + 1) / 2);
          if (found === undefined) expect(mustBeThere).toBe(false);
          else {
            expect(found).toBe(known?.value);
            all.set(key, { value: found, usedAt: uses++ });
          }
        }
        expect(recent.size).toBeLessThanOrEqual(bound);
      }
    }),
  );
});

it('without a bound, forgets on request the entries that were not used since the last request', () => {
  const recent = new Recent<string, number>();
  recent.set('a', 1);
  recent.set('b', 2);
  recent.forgetUnused();
  expect(recent.get('a')).toBe(1);
  recent.forgetUnused();
  expect([recent.get('a'), recent.get('b'), recent.size]).toEqual([1, undefined, 1]);
});

it('costs the same however many entries were deleted before', () => {
  const recent = new Recent<number, number>(10_000);
  const turn = (from: number) => {
    const before = process.cpuUsage();
    for (let key = from; key < from + 20_000; key++) {
      recent.set(key, key);
      recent.delete(key - 5000);
    }
    return process.cpuUsage(before).user / 1000;
  };
  // Walking over the deleted entries took a second.
  expect(Math.min(...[0, 1, 2, 3].map((n) => turn(n * 20_000)))).toBeLessThan(250);
});
