import { expect, it } from '@jest/globals';
import { Turnstile } from './turnstile.js';

const refusal = 'too many of these';

/** Work that ends on request. */
function makeWork() {
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => ends.push(resolve));
  return { work, ends };
}

it('lets so many in at once, the others in the order in which they came', async () => {
  const turnstile = new Turnstile({ max: 2, refusal });
  const entered: string[] = [];
  const { work, ends } = makeWork();
  const enter = (name: string) =>
    turnstile.through(() => {
      entered.push(name);
      return work();
    });
  const all = ['first', 'second', 'third', 'fourth'].map(enter);
  expect(entered).toEqual(['first', 'second']);
  ends[1]?.();
  await all[1];
  ends[0]?.();
  await all[0];
  expect(entered).toEqual(['first', 'second', 'third', 'fourth']);
  for (const end of ends) end();
  await Promise.all(all);
});

it('refuses one that has waited too long, and keeps no place for it', async () => {
  const turnstile = new Turnstile({ max: 1, refusal, maxWaitMs: 5 });
  const { work, ends } = makeWork();
  const first = turnstile.through(work);
  await expect(turnstile.through(work)).rejects.toThrow(refusal);
  ends[0]?.();
  await first;
  expect(await turnstile.through(async () => 'in')).toBe('in');
});

it('refuses none that may not be refused, and is free again after work that failed', async () => {
  const turnstile = new Turnstile({ max: 1, refusal, maxWaitMs: 1 });
  const { work, ends } = makeWork();
  const first = turnstile.through(work);
  const second = turnstile.through(() => Promise.reject(new Error('failed')), false);
  await expect(turnstile.through(work)).rejects.toThrow(refusal);
  ends[0]?.();
  await first;
  await expect(second).rejects.toThrow('failed');
  expect(await turnstile.through(async () => 'in')).toBe('in');
});
