import type { CatalogWebhook } from '../domain/catalog.js';
import { type RetryPolicy, retryPolicyOf } from '../domain/retry-policy.js';
import type { RetrySettings } from '../domain/webhook-settings.js';

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
