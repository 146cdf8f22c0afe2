import type { AttemptOutcome } from './outcome.js';
import { buried, type History, type RetryPolicy, retryOrBury, retryUncounted } from './retry-policy.js';
import type { Verdict } from './verdict.js';

/** Decides the next step after an attempt. Only statuses 200–299 are a success, and 410 disables the webhook. */
export function judge(outcome: AttemptOutcome, history: History, policy: RetryPolicy, random: () => number): Verdict {
  switch (outcome.kind) {
    case 'answered':
      if (outcome.status >= 200 && outcome.status < 300) return { state: 'delivered' };
      if (outcome.status === 410) return buried('gone');
      if (policy.finalStatuses.includes(outcome.status)) return buried('final_status');
      return retryOrBury(policy, history, random, asksForPatience(outcome.status) ? outcome.retryAfterMs : undefined);
    case 'unreachable':
      return retryOrBury(policy, history, random);
    case 'forbidden_address':
      return buried('forbidden_address');
    case 'local_fault':
      return retryUncounted(policy, history);
    default:
      return outcome satisfies never;
  }
}

/**
 * Judges the probe of an open circuit. It costs its delivery no step of the schedule: the delivery waits as after its
 * first attempt, even if the schedule has no wait.
 */
export function judgeProbe(
  outcome: AttemptOutcome,
  { ageMs }: Pick<History, 'ageMs'>,
  policy: RetryPolicy,
  random: () => number,
): Verdict {
  const [first = policy.localFaultDelayMs] = policy.scheduleMs;
  const verdict = judge(outcome, { countedFailures: 0, ageMs }, { ...policy, scheduleMs: [first] }, random);
  return verdict.state === 'retry' ? { ...verdict, counts: false } : verdict;
}

/**
 * Turns a retry into the end, because the publisher of the message wants one attempt (`Hukz-No-Retry`). A fault on our
 * side is still repeated: no attempt of the delivery was used up.
 */
export function withoutRetry(verdict: Verdict, outcome: AttemptOutcome): Verdict {
  return verdict.state === 'retry' && outcome.kind !== 'local_fault' ? buried('no_retry') : verdict;
}

function asksForPatience(status: number): boolean {
  return status === 429 || status === 503;
}
