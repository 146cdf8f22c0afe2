import { expect, it } from '@jest/globals';
import { Recent } from './recent.js';
import { fc } from './testkit/properties.js';

it('has whatever was used within half of its bound, and never more than the bound', () => {
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

it('without a bound it forgets when it is told: what was asked for since stays', () => {
  const recent = new Recent<string, number>();
  recent.set('a', 1);
  recent.set('b', 2);
  recent.forgetUnused();
  expect(recent.get('a')).toBe(1);
  recent.forgetUnused();
  expect([recent.get('a'), recent.get('b'), recent.size]).toEqual([1, undefined, 1]);
});

it('costs what it costs, however much was deleted before', () => {
  const recent = new Recent<number, number>(10_000);
  const turn = (from: number) => {
    const before = process.cpuUsage();
    for (let key = from; key < from + 20_000; key++) {
      recent.set(key, key);
      recent.delete(key - 5000);
    }
    return process.cpuUsage(before).user / 1000;
  };
  // Walking over the deleted ones took a second.
  expect(Math.min(...[0, 1, 2, 3].map((n) => turn(n * 20_000)))).toBeLessThan(250);
});
