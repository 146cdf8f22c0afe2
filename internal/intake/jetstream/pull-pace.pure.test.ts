import { expect, it } from '@jest/globals';
import { PullPace } from './pull-pace.js';

/** Requests that end every so many milliseconds and bring so many messages: the pauses after them. */
function pauses(pace: PullPace, from: number, requests: { every: number; bring: number; times: number }): number[] {
  return Array.from({ length: requests.times }, (_, index) => {
    for (let message = 0; message < requests.bring; message++) pace.count();
    return pace.ended(from + (index + 1) * requests.every);
  });
}

it('few messages flow: each request is followed by the next at once', () => {
  const pace = new PullPace(0, 1000);
  expect(pauses(pace, 0, { every: 1000, bring: 1000, times: 3 })).toEqual([0, 0, 0]);
  expect(pace.style).toBe('flowing');
});

it('thousands a second are taken in bulk, with a pause between requests', () => {
  const pace = new PullPace(0, 1000);
  expect(pauses(pace, 0, { every: 200, bring: 999, times: 1 })).toEqual([16]);
  expect(pauses(pace, 200, { every: 20, bring: 100, times: 40 })).toEqual(Array(40).fill(16));
  expect(pace.style).toBe('in bulk');
});

it('a moment without messages is not few, a quarter of a second is', () => {
  const pace = new PullPace(0, 1000);
  pauses(pace, 0, { every: 200, bring: 1000, times: 1 });
  pauses(pace, 200, { every: 20, bring: 100, times: 10 });
  expect(pauses(pace, 400, { every: 20, bring: 1, times: 2 })).toEqual([16, 16]);
  const after = pauses(pace, 440, { every: 20, bring: 1, times: 20 });
  expect(after.at(-1)).toBe(0);
  expect(pace.style).toBe('flowing');
});

it('one message after a silence flows', () => {
  const pace = new PullPace(0, 1000);
  pauses(pace, 0, { every: 200, bring: 1000, times: 1 });
  expect(pauses(pace, 200, { every: 60_000, bring: 1, times: 1 })).toEqual([0]);
});

it('one message that ends a request does not say that they are many', () => {
  const pace = new PullPace(0, 1000);
  for (let n = 1; n < 100; n++) pauses(pace, n * 1000, { every: 0.1, bring: 1, times: 2 });
  expect(pace.style).toBe('flowing');
});

it('after a request that was filled the next one does not wait: more is there', () => {
  const pace = new PullPace(0, 1000);
  expect(pauses(pace, 0, { every: 100, bring: 1000, times: 2 })).toEqual([0, 0]);
  expect([pace.style, ...pauses(pace, 200, { every: 20, bring: 100, times: 1 })]).toEqual(['in bulk', 16]);
});
