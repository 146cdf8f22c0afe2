import type { RetrySchedule, RetrySettings } from '../matching/webhook-settings.js';
import type { BuriedBecause, Verdict } from './verdict.js';

export interface RetryPolicy {
  /** Waits between attempts, in milliseconds. Their number is the number of retries. */
  readonly scheduleMs: readonly number[];
  /** 0.2 spreads each wait evenly over ±20 %. */
  readonly jitter: number;
  /**
   * Age of a message after which its deliveries are not attempted again. The age of a delayed message counts from its
   * time of delivery. 0 means no limit. A replay has no limit.
   */
  readonly maxAgeMs: number;
  /** Statuses after which a delivery is not attempted again. */
  readonly finalStatuses: readonly number[];
  /**
   * Lower bound for a wait with jitter, unless the schedule has a shorter wait. When it is absent, there is no bound.
   */
  readonly minWaitMs?: number;
  /** The wait after a failure on our side. */
  readonly localFaultDelayMs: number;
}

/** The history of a delivery before this attempt. */
export interface History {
  /** Number of attempts that used up a step of the schedule. */
  readonly countedFailures: number;
  /**
   * Time since the message was received, or since its time of delivery if it was delayed. Undefined means that the age
   * does not matter.
   */
  readonly ageMs: number | undefined;
}

const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/** Returns the policy of one webhook: its own values, otherwise the configured ones. */
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

/**
 * Returns the next wait, or the end of the schedule. A receiver's `Retry-After` can make the wait longer but never
 * shorter.
 */
export function retryOrBury(policy: RetryPolicy, history: History, random: () => number, retryAfterMs = 0): Verdict {
  const wait = policy.scheduleMs[history.countedFailures];
  if (wait === undefined) return buried('exhausted');
  const spread = wait * (1 + policy.jitter * (2 * random() - 1));
  const asked = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  const delayMs = Math.round(Math.max(spread, asked, Math.min(wait, policy.minWaitMs ?? 0)));
  return isTooLate(policy, history, delayMs) ? buried('expired') : { state: 'retry', delayMs, counts: true };
}

/**
 * Returns the verdict after a failure on our side. It uses up no step of the schedule, and only age ends the delivery.
 */
export function retryUncounted(policy: RetryPolicy, history: History): Verdict {
  const delayMs = policy.localFaultDelayMs;
  return isTooLate(policy, history, delayMs) ? buried('expired') : { state: 'retry', delayMs, counts: false };
}

export const buried = (because: BuriedBecause): Verdict => ({ state: 'dead', because });

function isTooLate({ maxAgeMs }: RetryPolicy, { ageMs }: History, delayMs: number): boolean {
  return maxAgeMs > 0 && ageMs !== undefined && ageMs + delayMs > maxAgeMs;
}
