import { systemClock } from '../clock.js';
import type { DispatchDeps } from '../dispatch/dispatch.js';
import { classOfItsOwn } from './test-classes.js';
import { makeTestLogger } from './test-logger.js';
import { makeTestWebhook } from './test-webhook.js';

/** A store without deliveries, and receivers that accept every request. */
export const quietDispatch = (): DispatchDeps => ({
  claim: async () => ({ deliveries: [], lost: 0 }),
  send: async () => ({ kind: 'answered', status: 200, body: new Uint8Array(0) }),
  settle: async () => undefined,
  hold: async () => undefined,
  cancel: async () => undefined,
  giveBack: async () => undefined,
  giveBackStrays: async () => 0,
  releaseHeld: async () => 0,
  holdWaiting: async () => 0,
  disableWebhook: async () => undefined,
  findWebhook: (id) => makeTestWebhook(id),
  reloadCatalog: async () => undefined,
  isTrusted: () => true,
  instanceId: () => 'me',
  onAttempt: () => undefined,
  onSettled: () => undefined,
  classOf: classOfItsOwn,
  untilReady: () => undefined,
  policyOf: () => ({ scheduleMs: [], jitter: 0, maxAgeMs: 0, finalStatuses: [], localFaultDelayMs: 0 }),
  instances: () => 1,
  claimProbes: async () => [],
  circuitsOpen: () => 0,
  claimNext: async () => [],
  releaseFirst: async () => ({ released: 0 }),
  openCircuit: async () => undefined,
  closeCircuit: async () => undefined,
  saveHealth: async () => undefined,
  breaker: { failures: 0, share: 0, windowMs: 1000, leastAttempts: 20 },
  clock: systemClock,
  random: Math.random,
  logger: makeTestLogger(),
});

export const DISPATCH_LIMITS = {
  maxResident: 100,
  maxResidentBytes: 1 << 20,
  maxInFlight: 10,
  maxInFlightPerWebhook: 10,
  maxRetryShare: 0.5,
};
