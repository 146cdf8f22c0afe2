import { expect, it } from '@jest/globals';
import { Backoffs } from './backoffs.js';
import { Refusal } from './refusal.js';

const refusal = new Refusal('consumer_refused', 'The server says no.');

it('what failed is tried again after one second, then after twice as long each time, up to a minute', () => {
  const clock = { now: 0 };
  const backoffs = new Backoffs(() => clock.now);
  const waits = Array.from({ length: 9 }, () => {
    backoffs.add('a', refusal);
    const failedAt = clock.now;
    while (!backoffs.mayTry('a')) clock.now += 1000;
    return (clock.now - failedAt) / 1000;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it('a success is the end of it, and another server is asked at once', () => {
  const backoffs = new Backoffs(() => 0);
  backoffs.add('a', refusal);
  backoffs.add('b', refusal);
  expect([backoffs.isDue, backoffs.of('a')]).toEqual([false, refusal]);
  backoffs.hurry();
  expect([backoffs.isDue, backoffs.mayTry('b')]).toEqual([true, true]);
  backoffs.delete('a');
  backoffs.retainOnly(new Set());
  expect([backoffs.isDue, backoffs.of('a'), backoffs.of('b')]).toEqual([false, undefined, undefined]);
});
