import { expect, it } from '@jest/globals';
import { Seldom } from './seldom.js';

it('one occurrence per kind and interval passes, with the number of those suppressed before it', () => {
  let now = 0;
  const seldom = new Seldom(1000, () => now);
  expect([seldom.admit('a'), seldom.admit('b'), seldom.admit('a'), seldom.admit('a')]).toEqual([
    0,
    0,
    undefined,
    undefined,
  ]);
  now = 999;
  expect(seldom.admit('a')).toBeUndefined();
  now = 1000;
  expect([seldom.admit('a'), seldom.admit('b'), seldom.admit('a')]).toEqual([3, 0, undefined]);
});

it('any number of kinds uses bounded memory', () => {
  const seldom = new Seldom(1000, () => 0);
  for (let n = 0; n < 100_000; n++) expect(seldom.admit(`kind ${n}`)).toBe(0);
  expect(seldom.size).toBeLessThanOrEqual(200);
});
