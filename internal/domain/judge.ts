import type { AttemptOutcome } from './outcome.js';
import { type RetryPolicy, retryOrBury } from './retry-policy.js';
import type { Verdict } from './verdict.js';

/** Decides after the `failures + 1`st attempt that counts. Success is 200–299 and nothing else; 410 ends the webhook. */
export function judge(outcome: AttemptOutcome, failures: number, policy: RetryPolicy, random: () => number): Verdict {
  switch (outcome.kind) {
    case 'answered':
      if (outcome.status >= 200 && outcome.status < 300) return { state: 'delivered' };
      if (outcome.status === 410) return { state: 'dead', because: 'gone' };
      return retryOrBury(policy, failures, random, asksForPatience(outcome.status) ? outcome.retryAfterMs : undefined);
    case 'unreachable':
      return retryOrBury(policy, failures, random);
    case 'forbidden_address':
      return { state: 'dead', because: 'forbidden_address' };
    case 'local_fault':
      return { state: 'retry', delayMs: policy.localFaultDelayMs, counts: false };
    default:
      return outcome satisfies never;
  }
}

function asksForPatience(status: number): boolean {
  return status === 429 || status === 503;
}
