import type { RetrySchedule, RetrySettings } from '../matching/webhook-settings.js';
import type { BuriedBecause, Verdict } from './verdict.js';

export interface RetryPolicy {
  /** Waits between attempts, milliseconds; their number is the number of retries. */
  readonly scheduleMs: readonly number[];
  /** 0.2 spreads each wait evenly over ±20 %. */
  readonly jitter: number;
  /** Nothing is tried again later than this after its message was received; 0: no limit. A replay has none. */
  readonly maxAgeMs: number;
  /** Answers after which nothing is tried again. */
  readonly finalStatuses: readonly number[];
  /** Jitter makes no wait shorter than this, but where the schedule has a shorter one; absent: as short as it comes. */
  readonly minWaitMs?: number;
  /** The wait after a failure of our own. */
  readonly localFaultDelayMs: number;
}

/** What has become of a delivery before this attempt. */
export interface History {
  /** Attempts that used up a step of the schedule. */
  readonly failures: number;
  /** Time since its message was received; undefined: it does not count. */
  readonly ageMs: number | undefined;
}

const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/** The policy of one webhook: what it wants, otherwise what is configured. */
export function retryPolicyOf(wanted: RetrySettings | undefined, configured: RetryPolicy): RetryPolicy {
  if (!wanted) return configured;
  const { schedule, ...others } = wanted;
  return { ...configured, ...others, ...(schedule && { scheduleMs: waitsOf(schedule) }) };
}

function waitsOf(schedule: RetrySchedule): readonly number[] {
  switch (schedule.kind) {
    case 'waits':
      return schedule.waitsMs;
    case 'constant':
      return Array.from({ length: schedule.tries }, () => schedule.waitMs);
    case 'exponential': {
      const { startMs, factor, capMs, tries } = schedule;
      return Array.from({ length: tries }, (_, step) => Math.round(Math.min(capMs, startMs * factor ** step)));
    }
    default:
      return schedule satisfies never;
  }
}

/** The next wait, or the end of the schedule. A receiver's `Retry-After` can make the wait longer, never shorter. */
export function retryOrBury(policy: RetryPolicy, history: History, random: () => number, retryAfterMs = 0): Verdict {
  const wait = policy.scheduleMs[history.failures];
  if (wait === undefined) return buried('exhausted');
  const spread = wait * (1 + policy.jitter * (2 * random() - 1));
  const asked = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  const delayMs = Math.round(Math.max(spread, asked, Math.min(wait, policy.minWaitMs ?? 0)));
  return isTooLate(policy, history, delayMs) ? buried('expired') : { state: 'retry', delayMs, counts: true };
}

/** After a failure of our own: it costs the receiver no attempt, and ends only by age. */
export function retryUncounted(policy: RetryPolicy, history: History): Verdict {
  const delayMs = policy.localFaultDelayMs;
  return isTooLate(policy, history, delayMs) ? buried('expired') : { state: 'retry', delayMs, counts: false };
}

export const buried = (because: BuriedBecause): Verdict => ({ state: 'dead', because });

function isTooLate({ maxAgeMs }: RetryPolicy, { ageMs }: History, delayMs: number): boolean {
  return maxAgeMs > 0 && ageMs !== undefined && ageMs + delayMs > maxAgeMs;
}
