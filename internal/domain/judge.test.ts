import { describe, expect, it } from '@jest/globals';
import { judge } from './judge.js';
import type { AttemptOutcome } from './outcome.js';
import { parseRetryAfter } from './retry-after.js';

const policy = { scheduleMs: [5000, 300_000], jitter: 0.2, localFaultDelayMs: 700 };
const middle = () => 0.5;
const answered = (status: number, retryAfterMs?: number): AttemptOutcome => ({
  kind: 'answered',
  status,
  body: new Uint8Array(0),
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const DAY_MS = 86_400_000;

describe('the verdict on an attempt', () => {
  it.each([200, 201, 204, 299])('is delivered for %d', (status) => {
    expect(judge(answered(status), 0, policy, middle)).toEqual({ state: 'delivered' });
  });

  it.each([100, 199, 300, 301, 302, 400, 401, 404, 409, 429, 500, 503, 599, 999])('is a retry for %d', (status) => {
    expect(judge(answered(status), 0, policy, middle)).toEqual({ state: 'retry', delayMs: 5000, counts: true });
  });

  it('goes through the schedule, then gives up', () => {
    expect(judge(answered(500), 1, policy, middle)).toMatchObject({ delayMs: 300_000 });
    expect(judge(answered(500), 2, policy, middle)).toEqual({ state: 'dead', because: 'exhausted' });
    expect(judge(answered(500), 0, { ...policy, scheduleMs: [] }, middle)).toEqual({
      state: 'dead',
      because: 'exhausted',
    });
  });

  it('spreads each wait by the jitter', () => {
    const wait = (random: number) => judge(answered(500), 0, policy, () => random);
    expect([wait(0), wait(0.999999)]).toMatchObject([{ delayMs: 4000 }, { delayMs: 6000 }]);
  });

  it('ends at once for 410', () => {
    expect(judge(answered(410), 0, policy, middle)).toEqual({ state: 'dead', because: 'gone' });
  });

  it('obeys Retry-After of 429 and 503: later only, at most a day', () => {
    expect(judge(answered(429, 60_000), 0, policy, middle)).toMatchObject({ delayMs: 60_000 });
    expect(judge(answered(503, 1000), 0, policy, middle)).toMatchObject({ delayMs: 5000 });
    expect(judge(answered(503, 90 * DAY_MS), 0, policy, middle)).toMatchObject({ delayMs: DAY_MS });
    expect(judge(answered(500, 60_000), 0, policy, middle)).toMatchObject({ delayMs: 5000 });
  });

  it('counts a receiver that cannot be reached', () => {
    const outcome: AttemptOutcome = { kind: 'unreachable', reason: 'timeout', error: 'timed out after 15 s' };
    expect(judge(outcome, 1, policy, middle)).toEqual({ state: 'retry', delayMs: 300_000, counts: true });
  });

  it('never counts a failure of our own, however often', () => {
    const outcome: AttemptOutcome = { kind: 'local_fault', error: 'too many open files' };
    expect(judge(outcome, 99, policy, middle)).toEqual({ state: 'retry', delayMs: 700, counts: false });
  });

  it('buries what may not be sent to', () => {
    const outcome: AttemptOutcome = { kind: 'forbidden_address', error: '10.0.0.1' };
    expect(judge(outcome, 0, policy, middle)).toEqual({ state: 'dead', because: 'forbidden_address' });
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1);
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['1.5', 1500],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['1e9', undefined],
    ['2026', 2_026_000],
    ['9'.repeat(16), undefined],
  ])('%p means %p ms', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});
