import type { OperatorLimits } from '../api/operator-limits.js';
import type { WebhookSettings } from '../domain/matching/webhook-settings.js';

const LIMITS: OperatorLimits = {
  webhookProxies: true,
  webhookListeners: true,
  insecureTls: true,
  ceilings: {
    maxTimeoutMs: 60_000,
    minRetryWaitMs: 1000,
    breakerMayBeOff: false,
    breaker: { failures: 30, share: 0.9 },
    forbiddenHeaders: [],
  },
};

const CONFIGURED: WebhookSettings = {
  method: 'POST',
  headers: {},
  passHeaders: [],
  timeoutMs: 15_000,
  retry: { schedule: { kind: 'waits', waitsMs: [5000, 300_000] }, jitter: 0.2, maxAgeMs: 0, finalStatuses: [] },
  maxInFlight: 32,
  breaker: { failures: 30, share: 0.9 },
  disableAfterMs: 432_000_000,
};

/** The parts of a service with the default configuration on which the OpenAPI document depends. */
export const DEFAULT_SERVICE = {
  compat: {},
  subjectRules: { allowAll: false },
  filterMaxBytes: 1024 * 1024,
  configured: CONFIGURED,
  ...LIMITS,
};
