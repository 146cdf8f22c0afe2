import { type RetryPolicy, retryPolicyOf } from '../domain/delivery/retry-policy.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import type { RetrySettings } from '../domain/matching/webhook-settings.js';

/** A webhook's retry policy; one with wishes of its own is worked out once, and no jitter makes its waits shorter than `minWaitMs`. */
export function makePolicyOf(configured: RetryPolicy, minWaitMs: number): (webhook: CatalogWebhook) => RetryPolicy {
  const known = new WeakMap<RetrySettings, RetryPolicy>();
  return ({ settings: { retry } }) => {
    if (!retry) return configured;
    const policy = known.get(retry) ?? { ...retryPolicyOf(retry, configured), minWaitMs };
    known.set(retry, policy);
    return policy;
  };
}
