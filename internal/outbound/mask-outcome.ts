import type { Sought } from '../domain/masking/find-secrets.js';
import { maskBody, mayHold, soughtOf } from '../domain/masking/mask.js';
import type { AttemptOutcome } from '../domain/outcome.js';
import { Recent } from '../recent.js';

/** @param masked the same array each time that it holds the same */
export type MaskOutcome = (outcome: AttemptOutcome, masked: readonly string[]) => AttemptOutcome;

/**
 * Masks secrets in answers: a receiver may repeat what it was sent. The words of outcomes are ours; only the body is the
 * receiver's. Preparing the search costs as much as the search in a short body, so the last ones are kept: a bound,
 * because a kilobyte for each of 100,000 webhooks would be 100 MB.
 */
export function makeMaskOutcome(bound: number): MaskOutcome {
  const known = new Recent<readonly string[], Sought>(bound);

  const soughtIn = (masked: readonly string[]): Sought => {
    const found = known.get(masked);
    if (found) return found;
    const sought = soughtOf(masked);
    known.set(masked, sought);
    return sought;
  };

  return (outcome, masked) => {
    if (outcome.kind !== 'answered') return outcome;
    const isCut = outcome.cut !== undefined || outcome.flaw !== undefined;
    if (!mayHold(outcome.body, masked, isCut)) return outcome;
    const body = maskBody(outcome.body, soughtIn(masked), isCut);
    return body === outcome.body ? outcome : { ...outcome, body };
  };
}
