import { describe, expect, it } from '@jest/globals';
import { judge, judgeProbe, withoutRetry } from './judge.js';
import type { AttemptOutcome } from './outcome.js';
import { parseRetryAfter } from './retry-after.js';
import { type RetryPolicy, retryPolicyOf } from './retry-policy.js';

const policy: RetryPolicy = {
  scheduleMs: [5000, 300_000],
  jitter: 0.2,
  maxAgeMs: 0,
  finalStatuses: [],
  localFaultDelayMs: 700,
};
const after = (countedFailures: number, ageMs?: number) => ({ countedFailures, ageMs });
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
    expect(judge(answered(status), after(0), policy, middle)).toEqual({ state: 'delivered' });
  });

  it.each([100, 199, 300, 301, 302, 400, 401, 404, 409, 429, 500, 503, 599, 999])('is a retry for %d', (status) => {
    expect(judge(answered(status), after(0), policy, middle)).toEqual({ state: 'retry', delayMs: 5000, counts: true });
  });

  it('goes through the schedule, then gives up', () => {
    expect(judge(answered(500), after(1), policy, middle)).toMatchObject({ delayMs: 300_000 });
    expect(judge(answered(500), after(2), policy, middle)).toEqual({ state: 'dead', because: 'exhausted' });
    expect(judge(answered(500), after(0), { ...policy, scheduleMs: [] }, middle)).toEqual({
      state: 'dead',
      because: 'exhausted',
    });
  });

  it('spreads each wait by the jitter', () => {
    const wait = (random: number) => judge(answered(500), after(0), policy, () => random);
    expect([wait(0), wait(0.999999)]).toMatchObject([{ delayMs: 4000 }, { delayMs: 6000 }]);
  });

  it('ends at once for 410', () => {
    expect(judge(answered(410), after(0), policy, middle)).toEqual({ state: 'dead', because: 'gone' });
  });

  it('obeys Retry-After of 429 and 503: later only, at most a day', () => {
    expect(judge(answered(429, 60_000), after(0), policy, middle)).toMatchObject({ delayMs: 60_000 });
    expect(judge(answered(503, 1000), after(0), policy, middle)).toMatchObject({ delayMs: 5000 });
    expect(judge(answered(503, 90 * DAY_MS), after(0), policy, middle)).toMatchObject({ delayMs: DAY_MS });
    expect(judge(answered(500, 60_000), after(0), policy, middle)).toMatchObject({ delayMs: 5000 });
  });

  it('counts a receiver that cannot be reached', () => {
    const outcome: AttemptOutcome = { kind: 'unreachable', reason: 'timeout', error: 'timed out after 15 s' };
    expect(judge(outcome, after(1), policy, middle)).toEqual({ state: 'retry', delayMs: 300_000, counts: true });
  });

  it('ends at once for a status that the webhook calls final', () => {
    const final = { ...policy, finalStatuses: [400, 422] };
    expect(judge(answered(422), after(0), final, middle)).toEqual({ state: 'dead', because: 'final_status' });
    expect(judge(answered(404), after(0), final, middle)).toMatchObject({ state: 'retry' });
    expect(judge(answered(200), after(0), { ...policy, finalStatuses: [200] }, middle)).toEqual({ state: 'delivered' });
  });

  it('ends when the next attempt would be too late, also after a fault of hukz', () => {
    const hour = { ...policy, maxAgeMs: 3_600_000 };
    const late = 3_600_000 - 4000;
    expect(judge(answered(500), after(0, late), hour, middle)).toEqual({ state: 'dead', because: 'expired' });
    expect(judge(answered(500), after(0, late - 2000), hour, middle)).toMatchObject({ state: 'retry' });
    const fault: AttemptOutcome = { kind: 'local_fault', error: 'the resolver did not answer' };
    expect(judge(fault, after(0, 3_600_000), hour, middle)).toEqual({ state: 'dead', because: 'expired' });
    expect(judge(answered(500), after(0), hour, middle)).toMatchObject({ state: 'retry' });
  });

  it('never counts a failure of our own, however often', () => {
    const outcome: AttemptOutcome = { kind: 'local_fault', error: 'too many open files' };
    expect(judge(outcome, after(99), policy, middle)).toEqual({ state: 'retry', delayMs: 700, counts: false });
  });

  it('buries what may not be sent to', () => {
    const outcome: AttemptOutcome = { kind: 'forbidden_address', error: '10.0.0.1' };
    expect(judge(outcome, after(0), policy, middle)).toEqual({ state: 'dead', because: 'forbidden_address' });
  });
});

describe('the probe of an open circuit', () => {
  it.each([
    [policy, 5000],
    [{ ...policy, scheduleMs: [] }, 700],
  ])('costs no try, also where there is but one', (given, delayMs) => {
    const verdict = judgeProbe(answered(500), after(9), given, middle);
    expect(verdict).toEqual({ state: 'retry', delayMs, counts: false });
  });

  it('ends its delivery as any attempt does where that is not for want of tries', () => {
    expect(judgeProbe(answered(200), after(9), policy, middle)).toEqual({ state: 'delivered' });
    expect(judgeProbe(answered(410), after(9), policy, middle)).toEqual({ state: 'dead', because: 'gone' });
    const expired = judgeProbe(answered(500), after(9, DAY_MS), { ...policy, maxAgeMs: 1000 }, middle);
    expect(expired).toEqual({ state: 'dead', because: 'expired' });
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

describe('the policy of a webhook', () => {
  it('is the configured one where it says nothing', () => {
    expect(retryPolicyOf(undefined, policy)).toBe(policy);
    expect(retryPolicyOf({ jitter: 0 }, policy)).toEqual({ ...policy, jitter: 0 });
  });

  it.each([
    [{ kind: 'waits', waitsMs: [1, 2] } as const, [1, 2]],
    [{ kind: 'constant', waitMs: 7, tries: 3 } as const, [7, 7, 7]],
    [{ kind: 'exponential', startMs: 1000, factor: 2, capMs: 5000, tries: 5 } as const, [1000, 2000, 4000, 5000, 5000]],
    [{ kind: 'exponential', startMs: 1000, factor: 10, capMs: 86_400_000, tries: 100 } as const, expect.any(Array)],
  ])('has the waits of %j', (schedule, waits) => {
    const { scheduleMs } = retryPolicyOf({ schedule }, policy);
    expect(scheduleMs).toEqual(waits);
    expect(scheduleMs.every((wait) => wait <= 86_400_000)).toBe(true);
  });
});

describe('the verdict on the only attempt that a publisher wants', () => {
  const only = (outcome: AttemptOutcome) => withoutRetry(judge(outcome, after(0), policy, middle), outcome);

  it('is the end where a retry would follow', () => {
    const hung: AttemptOutcome = { kind: 'unreachable', reason: 'timeout', error: 'timed out' };
    expect([answered(500), answered(429), hung].map(only)).toEqual(
      Array.from({ length: 3 }, () => ({ state: 'dead', because: 'no_retry' })),
    );
    const probe = judgeProbe(answered(503), after(0), policy, middle);
    expect(withoutRetry(probe, answered(503))).toEqual({ state: 'dead', because: 'no_retry' });
  });

  it('is that of any other attempt elsewhere', () => {
    expect(only(answered(204))).toEqual({ state: 'delivered' });
    expect(only(answered(410))).toEqual({ state: 'dead', because: 'gone' });
  });

  it('is a repetition after a fault of ours, which the receiver knows nothing of', () => {
    expect(only({ kind: 'local_fault', error: 'too many open files' })).toEqual({
      state: 'retry',
      delayMs: 700,
      counts: false,
    });
  });
});
