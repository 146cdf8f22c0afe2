import type { AttemptOutcome } from '../../domain/delivery/outcome.js';
import type { Sought } from '../../domain/secrets/masking/find-secrets.js';
import { maskBody, mayHold, soughtOf } from '../../domain/secrets/masking/mask.js';
import { Recent } from '../../recent.js';

/**
 * A webhook has about 20 windows. A webhook with hundreds of secrets in its URL and headers has thousands, of some 100
 * bytes each, and those are not kept.
 */
const MAX_KEPT_WINDOWS = 256;

/** @param masked the same array whenever its contents are the same */
export type MaskOutcome = (outcome: AttemptOutcome, masked: readonly string[]) => AttemptOutcome;

/**
 * Masks secrets in the headers of requests, and in answers, because a receiver may repeat the request. Of an answer,
 * only the body and the headers come from the receiver; the other texts of outcomes are ours. To prepare a search costs
 * as much as to search a short body, so the latest searches are kept. Their number is bounded, because a kilobyte for
 * each of 100,000 webhooks would be 100 MB.
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
    const hide = (text: Uint8Array, isTextCut: boolean) =>
      mayHold(text, masked, isTextCut) ? maskBody(text, soughtIn(masked), isTextCut) : text;
    // Headers are kept as a whole or not at all.
    const requestHeaders = outcome.requestHeaders && hide(outcome.requestHeaders, false);
    const ofRequest = requestHeaders && { requestHeaders };
    if (outcome.kind !== 'answered') return ofRequest ? { ...outcome, ...ofRequest } : outcome;
    const body = hide(outcome.body, outcome.cut !== undefined || outcome.flaw !== undefined);
    const headers = outcome.headers && hide(outcome.headers, false);
    if (body === outcome.body && headers === outcome.headers && !ofRequest) return outcome;
    return { ...outcome, body, ...(headers && { headers }), ...ofRequest };
  };
}
