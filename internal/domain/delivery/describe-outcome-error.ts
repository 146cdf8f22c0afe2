import type { LogOutcome } from './attempt.js';
import type { AttemptOutcome } from './outcome.js';
import type { Verdict } from './verdict.js';

/**
 * Returns an error message for the log row: why the attempt failed, or the flaw of an answer that counts nevertheless.
 */
export function describeOutcomeError(outcome: AttemptOutcome): string | undefined {
  if (outcome.kind !== 'answered') return outcome.error;
  if (outcome.status >= 200 && outcome.status < 300) return outcome.flaw;
  const answered = `answered ${outcome.status}`;
  if (outcome.status >= 300 && outcome.status < 400) return `${answered}; redirects are not followed`;
  const more = outcome.flaw ?? outcome.cut;
  return more === undefined ? answered : `${answered}; ${more}`;
}

/** Returns the error message of an attempt with its verdict, which may be the reason why no retry follows. */
export function describeAttemptError(outcome: AttemptOutcome, verdict: Verdict): string | undefined {
  const words = describeOutcomeError(outcome);
  const isOnlyOne = verdict.state === 'dead' && verdict.because === 'no_retry';
  return isOnlyOne ? `${words}; its message asks for no retry (Hukz-No-Retry)` : words;
}

/** Returns the public name of an attempt's outcome. */
export function logOutcome(outcome: AttemptOutcome, verdict: Verdict): LogOutcome {
  if (verdict.state === 'delivered') return 'delivered';
  if (verdict.state === 'dead') return 'dead';
  return outcome.kind === 'local_fault' ? 'local_fault' : 'failed';
}
