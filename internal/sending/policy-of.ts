import { type RetryPolicy, retryPolicyOf } from '../domain/delivery/retry-policy.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import type { RetrySettings } from '../domain/matching/webhook-settings.js';

/**
 * Returns a webhook's retry policy. The policy of a webhook with settings of its own is computed once. Jitter never
 * makes a wait shorter than `minWaitMs`.
 */
export function makePolicyOf(configured: RetryPolicy, minWaitMs: number): (webhook: CatalogWebhook) => RetryPolicy {
  const known = new WeakMap<RetrySettings, RetryPolicy>();
  return ({ settings: { retry } }) => {
    if (!retry) return configured;
    const policy = known.get(retry) ?? { ...retryPolicyOf(retry, configured), minWaitMs };
    known.set(retry, policy);
    return policy;
  };
}
