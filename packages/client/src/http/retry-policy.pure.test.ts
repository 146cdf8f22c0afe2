import { describe, expect, it } from '@jest/globals';
import { retryAfterIn, retryPolicy, waitBeforeNext } from './retry-policy.js';

const policy = retryPolicy(undefined);
const NOW = Date.parse('2026-01-31T12:00:00Z');

describe('the wait before the next request', () => {
  it('is random up to a bound that doubles, and that is limited', () => {
    const bounds = [1, 2, 3, 7].map((attempts) =>
      waitBeforeNext({ ...policy, maxAttempts: 10 }, attempts, { random: 1 - Number.EPSILON }),
    );
    expect(bounds.map((bound) => Math.round(bound ?? -1))).toEqual([250, 500, 1000, 8000]);
    expect(waitBeforeNext(policy, 3, { random: 0 })).toBe(0);
    expect(waitBeforeNext(policy, 3, { random: 0.25 })).toBe(250);
  });

  it('is at least what the service asks for, and there is none if that is too long', () => {
    expect(waitBeforeNext(policy, 1, { random: 0.5, retryAfterMs: 2000 })).toBe(2125);
    expect(waitBeforeNext(policy, 1, { random: 0, retryAfterMs: 60_000 })).toBe(60_000);
    expect(waitBeforeNext(policy, 1, { random: 0, retryAfterMs: 60_001 })).toBeUndefined();
  });

  it('is absent after the last request', () => {
    expect(waitBeforeNext(policy, 4, { random: 0 })).toBeUndefined();
    expect(waitBeforeNext(retryPolicy(false), 1, { random: 0 })).toBeUndefined();
  });
});

describe('the policy', () => {
  it('takes what a call says before what the client says', () => {
    const ofClient = retryPolicy({ maxAttempts: 9, baseMs: 1 });
    expect(retryPolicy({ maxAttempts: 2, maxMs: undefined }, ofClient)).toEqual({
      ...policy,
      maxAttempts: 2,
      baseMs: 1,
    });
    expect(retryPolicy(false, ofClient)).toMatchObject({ maxAttempts: 1, baseMs: 1 });
  });

  it('refuses what it does not know, and numbers that are none', () => {
    expect(() => retryPolicy({ maxAttempt: 3 } as object)).toThrow(
      'retry has no maxAttempt: it has maxAttempts, baseMs',
    );
    expect(() => retryPolicy({ baseMs: -1 })).toThrow('retry.baseMs must be a number that is not negative');
    expect(() => retryPolicy({ maxMs: Number.NaN })).toThrow('retry.maxMs');
  });
});

it.each([
  [null, undefined],
  ['0', 0],
  ['120', 120_000],
  [' 3 ', 3000],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  ['99999999999', undefined],
  ['Sat, 31 Jan 2026 12:00:07 GMT', 7000],
  ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
  ['Sat, nonsense', undefined],
])('Retry-After: %s is a wait of %s ms', (header, expected) => {
  expect(retryAfterIn(header, NOW)).toBe(expected);
});
