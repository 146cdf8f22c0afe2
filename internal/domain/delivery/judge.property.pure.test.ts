import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { logOutcome } from './describe-outcome-error.js';
import { judge } from './judge.js';
import type { AttemptOutcome } from './outcome.js';
import type { RetryPolicy } from './retry-policy.js';

const DAY_MS = 86_400_000;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const policy: fc.Arbitrary<RetryPolicy> = fc.record({
  scheduleMs: fc.array(fc.integer({ min: 0, max: 10 * DAY_MS }), { maxLength: 15 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  maxAgeMs: fc.constant(0),
  finalStatuses: fc.constant([]),
  localFaultDelayMs: fc.integer({ min: 0, max: DAY_MS }),
});
const retryAfterMs = fc.option(fc.oneof(fc.nat({ max: 3 * DAY_MS }), fc.maxSafeNat()), { nil: undefined });
const answered = (status: fc.Arbitrary<number>): fc.Arbitrary<AttemptOutcome> =>
  fc.tuple(status, retryAfterMs).map(([code, after]) => ({
    kind: 'answered',
    status: code,
    body: new Uint8Array(0),
    ...(after === undefined ? {} : { retryAfterMs: after }),
  }));
const success = fc.integer({ min: 200, max: 299 });
const failure = fc.oneof(
  fc.constantFrom(429, 503),
  fc.integer({ min: 0, max: 999 }).filter((status) => (status < 200 || status > 299) && status !== 410),
);
const unreachable: fc.Arbitrary<AttemptOutcome> = fc.record({
  kind: fc.constant('unreachable' as const),
  reason: fc.constantFrom('timeout', 'dns', 'connect', 'tls', 'closed', 'bad_response', 'bad_request' as const),
  error: fc.string(),
});
const localFault: AttemptOutcome = { kind: 'local_fault', error: 'EMFILE' };
const counting = fc.oneof(answered(failure), unreachable);
const anything = fc.oneof(
  counting,
  answered(fc.integer({ min: 0, max: 999 })),
  fc.constant(localFault),
  fc.constant<AttemptOutcome>({ kind: 'forbidden_address', error: '10.0.0.1' }),
);
const step = fc.nat({ max: 20 });

describe('every verdict', () => {
  it('on 200–299, and on nothing else, is delivered', () => {
    fc.assert(
      fc.property(anything, step, policy, random, (outcome, failures, rules, share) => {
        const good = outcome.kind === 'answered' && outcome.status >= 200 && outcome.status <= 299;
        const verdict = judge(outcome, { countedFailures: failures, ageMs: undefined }, rules, () => share);
        expect(verdict.state === 'delivered').toBe(good);
        expect(logOutcome(outcome, verdict) === 'delivered').toBe(good);
      }),
    );
    fc.assert(
      fc.property(answered(success), step, policy, random, (outcome, failures, rules, share) => {
        expect(judge(outcome, { countedFailures: failures, ageMs: undefined }, rules, () => share)).toEqual({
          state: 'delivered',
        });
      }),
    );
  });

  it('to try again names a whole number of milliseconds that is not negative', () => {
    fc.assert(
      fc.property(anything, step, policy, random, (outcome, failures, rules, share) => {
        const verdict = judge(outcome, { countedFailures: failures, ageMs: undefined }, rules, () => share);
        if (verdict.state !== 'retry') return;
        expect(Number.isSafeInteger(verdict.delayMs)).toBe(true);
        expect(verdict.delayMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('on a fault of our own costs the receiver nothing, wherever in the schedule', () => {
    fc.assert(
      fc.property(step, policy, random, (failures, rules, share) => {
        expect(judge(localFault, { countedFailures: failures, ageMs: undefined }, rules, () => share)).toEqual({
          state: 'retry',
          delayMs: rules.localFaultDelayMs,
          counts: false,
        });
      }),
    );
  });
});

describe('a wait', () => {
  const waitOf = (outcome: AttemptOutcome, failures: number, rules: RetryPolicy, share: number) => {
    const verdict = judge(outcome, { countedFailures: failures, ageMs: undefined }, rules, () => share);
    if (verdict.state !== 'retry') throw new Error(`expected a retry, not ${verdict.state}`);
    return verdict.delayMs;
  };
  const withinSchedule = policy
    .filter(({ scheduleMs }) => scheduleMs.length > 0)
    .chain((rules) => fc.tuple(fc.constant(rules), fc.nat({ max: rules.scheduleMs.length - 1 })));

  it('lies within the jitter around its step, and is never shorter, whatever the receiver asks for', () => {
    fc.assert(
      fc.property(withinSchedule, counting, random, ([rules, failures], outcome, share) => {
        const planned = rules.scheduleMs[failures]!;
        const wait = waitOf(outcome, failures, rules, share);
        expect(wait).toBeGreaterThanOrEqual(Math.floor(planned * (1 - rules.jitter)));
        expect(wait).toBeGreaterThanOrEqual(Math.round(planned * (1 + rules.jitter * (2 * share - 1))));
        if (outcome.kind === 'unreachable') expect(wait).toBeLessThanOrEqual(Math.ceil(planned * (1 + rules.jitter)));
      }),
    );
  });

  it('grows with Retry-After on 429 and 503 only, to 24 hours at most', () => {
    fc.assert(
      fc.property(withinSchedule, answered(failure), random, ([rules, failures], outcome, share) => {
        if (outcome.kind !== 'answered') return;
        const { retryAfterMs: asked, ...plain } = outcome;
        const spread = waitOf(plain, failures, rules, share);
        const wait = waitOf(outcome, failures, rules, share);
        const obeyed = outcome.status === 429 || outcome.status === 503;
        expect(wait).toBe(obeyed ? Math.max(spread, Math.min(asked ?? 0, DAY_MS)) : spread);
      }),
    );
  });
});

it('a delivery dies of exactly one failure more than the schedule has steps, however many faults of ours lie between', () => {
  fc.assert(
    fc.property(
      policy,
      fc.array(fc.oneof(counting, fc.constant(localFault)), { maxLength: 60 }),
      random,
      (...given) => {
        const [rules, story, share] = given;
        const always: AttemptOutcome = { kind: 'unreachable', reason: 'connect', error: 'refused' };
        const tail = Array.from({ length: rules.scheduleMs.length + 1 }, () => always);
        let failures = 0;
        let attempts = 0;
        let faults = 0;
        for (const outcome of [...story, ...tail]) {
          attempts++;
          const verdict = judge(outcome, { countedFailures: failures, ageMs: undefined }, rules, () => share);
          if (verdict.state === 'dead') {
            expect(verdict.because).toBe('exhausted');
            break;
          }
          if (verdict.state === 'retry' && verdict.counts) failures++;
          else faults++;
        }
        expect(failures).toBe(rules.scheduleMs.length);
        expect(attempts).toBe(rules.scheduleMs.length + 1 + faults);
      },
    ),
  );
});
