import { expect, it } from '@jest/globals';
import { limitsOf, loweredBy } from './pull-limits.js';

const ASKED = { messages: 1000, bytes: 1 << 20, expiresMs: 20_000 };

it('the limits of a consumer are read, and 0 and less are none', () => {
  expect(limitsOf({ max_batch: 10, max_expires: 5e9, max_bytes: 100 })).toEqual({
    messages: 10,
    expiresMs: 5000,
    bytes: 100,
  });
  const none = { messages: Infinity, bytes: Infinity, expiresMs: Infinity };
  expect([limitsOf({}), limitsOf({ max_batch: -1, max_expires: 0, max_bytes: -1 })]).toEqual([none, none]);
});

it.each([
  ['Exceeded MaxRequestBatch of 500', { messages: 500 }],
  ['Exceeded MaxRequestExpires of 5s', { expiresMs: 5000 }],
  ['Exceeded MaxRequestExpires of 1m30s', { expiresMs: 10_000 }],
  ['Exceeded MaxRequestExpires of 1.5s', { expiresMs: 1500 }],
  ['Exceeded MaxRequestExpires of 100ms', { expiresMs: 100 }],
  ['Exceeded MaxRequestMaxBytes of 1000', { bytes: 1000 }],
  ['Exceeded MaxRequestBatch', { messages: 500 }],
  ['Exceeded MaxRequestBatch of many', { messages: 500 }],
])('%p is heeded', (words, lowered) => {
  expect(loweredBy(words, ASKED)).toEqual({ ...ASKED, ...lowered });
});

it.each(['Exceeded MaxWaiting', 'Leadership Change', 'Consumer is push based', ''])('%p is no limit', (words) => {
  expect(loweredBy(words, ASKED)).toBeUndefined();
});

it('a limit that stays refused is lowered a bounded number of times', () => {
  let asked: typeof ASKED | undefined = ASKED;
  let steps = 0;
  while (asked && steps < 100) {
    asked = loweredBy('Exceeded MaxRequestBatch of 1000', asked) as typeof ASKED | undefined;
    steps++;
  }
  expect(steps).toBeLessThan(15);
});
