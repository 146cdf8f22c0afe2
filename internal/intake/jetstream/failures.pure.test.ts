import { expect, it } from '@jest/globals';
import { Failures } from './failures.js';
import { Refusal } from './refusal.js';

const refusal = new Refusal('consumer_refused', 'The server says no.');

it('what failed is tried again after one second, then after twice as long each time, up to a minute', () => {
  const clock = { now: 0 };
  const failures = new Failures(() => clock.now);
  const waits = Array.from({ length: 9 }, () => {
    failures.add('a', refusal);
    const failedAt = clock.now;
    while (!failures.mayTry('a')) clock.now += 1000;
    return (clock.now - failedAt) / 1000;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it('a success is the end of it, and another server is asked at once', () => {
  const failures = new Failures(() => 0);
  failures.add('a', refusal);
  failures.add('b', refusal);
  expect([failures.isDue, failures.of('a')]).toEqual([false, refusal]);
  failures.hurry();
  expect([failures.isDue, failures.mayTry('b')]).toEqual([true, true]);
  failures.delete('a');
  failures.retainOnly(new Set());
  expect([failures.isDue, failures.of('a'), failures.of('b')]).toEqual([false, undefined, undefined]);
});
