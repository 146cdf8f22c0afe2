import type { LogOutcome } from './attempt.js';
import type { AttemptOutcome } from './outcome.js';
import type { Verdict } from './verdict.js';

/** Why an attempt did not succeed, or what is wrong with an answer that counts all the same, in words for its log row. */
export function errorWords(outcome: AttemptOutcome): string | undefined {
  if (outcome.kind !== 'answered') return outcome.error;
  if (outcome.status >= 200 && outcome.status < 300) return outcome.flaw;
  const answered = `answered ${outcome.status}`;
  if (outcome.status >= 300 && outcome.status < 400) return `${answered}; redirects are not followed`;
  const more = outcome.flaw ?? outcome.cut;
  return more === undefined ? answered : `${answered}; ${more}`;
}

/** The public word of an attempt. */
export function logOutcome(outcome: AttemptOutcome, verdict: Verdict): LogOutcome {
  if (verdict.state === 'delivered') return 'delivered';
  if (verdict.state === 'dead') return 'dead';
  return outcome.kind === 'local_fault' ? 'local_fault' : 'failed';
}
