import type { AttemptOutcome } from '../../domain/delivery/outcome.js';
import type { Sought } from '../../domain/secrets/masking/find-secrets.js';
import { maskBody, mayHold, soughtOf } from '../../domain/secrets/masking/mask.js';
import { Recent } from '../../recent.js';

/** A webhook has about 20. One with hundreds of secrets in its url and headers has thousands, some 100 bytes each: they are not kept. */
const MAX_KEPT_WINDOWS = 256;

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
    if (sought.windows.size <= MAX_KEPT_WINDOWS) known.set(masked, sought);
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
