import type { OperatorLimits } from '../api/operator-limits.js';

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

/** The parts of a service with the default configuration on which the OpenAPI document depends. */
export const DEFAULT_SERVICE = {
  compat: {},
  subjectRules: { allowAll: false },
  filterMaxBytes: 1024 * 1024,
  ...LIMITS,
};
