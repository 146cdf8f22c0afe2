import { expect, it } from '@jest/globals';
import { Recent } from './recent.js';
import { fc } from './testkit/properties.js';

it('has whatever was among the last that were asked for, and never more than twice the bound', () => {
  const step = fc.record({ kind: fc.constantFrom('set', 'get', 'delete'), key: fc.nat(12), value: fc.nat() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 200 }), (bound, steps) => {
      const recent = new Recent<number, number>(bound);
      // What there would be without forgetting, last asked for last.
      const all = new Map<number, number>();
      const move = (key: number, value: number) => {
        all.delete(key);
        all.set(key, value);
      };
      for (const { kind, key, value } of steps) {
        const known = all.get(key);
        const isAmongLast = [...all.keys()].slice(-bound).includes(key);
        if (kind === 'set') {
          recent.set(key, value);
          move(key, value);
        } else if (kind === 'delete') {
          recent.delete(key);
          all.delete(key);
        } else {
          const found = recent.get(key);
          if (isAmongLast) expect(found).toBe(known);
          else expect([known, undefined]).toContain(found);
          if (found === undefined) all.delete(key);
          else move(key, found);
        }
        expect(recent.size).toBeLessThanOrEqual(2 * bound);
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

it('finds its place in time that does not grow with what was deleted', () => {
  const recent = new Recent<number, number>(10_000);
  const turn = (from: number) => {
    const started = performance.now();
    for (let key = from; key < from + 20_000; key++) {
      recent.set(key, key);
      recent.delete(key - 5000);
    }
    return performance.now() - started;
  };
  turn(0);
  // Walking over the deleted ones took a second.
  expect(turn(20_000)).toBeLessThan(250);
});
