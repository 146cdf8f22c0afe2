import type { Verdict } from './verdict.js';

export interface RetryPolicy {
  /** Waits between attempts, milliseconds; their number is the number of retries. */
  readonly scheduleMs: readonly number[];
  /** 0.2 spreads each wait evenly over ±20 %. */
  readonly jitter: number;
  /** The wait after a failure of our own. */
  readonly localFaultDelayMs: number;
}

const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

/** The next wait, or the end of the schedule. A receiver's `Retry-After` can make the wait longer, never shorter. */
export function retryOrBury(policy: RetryPolicy, failures: number, random: () => number, retryAfterMs = 0): Verdict {
  const wait = policy.scheduleMs[failures];
  if (wait === undefined) return { state: 'dead', because: 'exhausted' };
  const spread = wait * (1 + policy.jitter * (2 * random() - 1));
  const asked = Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
  return { state: 'retry', delayMs: Math.round(Math.max(spread, asked)), counts: true };
}
