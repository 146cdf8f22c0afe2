import { systemClock } from '../clock.js';
import type { DispatchPorts } from '../dispatch/ports.js';
import { classOfItsOwn } from './kits/test-classes.js';
import { makeTestLogger } from './kits/test-logger.js';
import { makeTestWebhook } from './kits/test-webhook.js';

type Overrides = { readonly [P in keyof DispatchPorts]?: Partial<DispatchPorts[P]> };

/** A store without deliveries, and receivers that accept every request, except for the given functions. */
export const quietDispatch = (overrides: Overrides = {}): DispatchPorts => ({
  claims: {
    claim: async () => ({ deliveries: [], lost: 0 }),
    claimProbes: async () => [],
    claimNext: async () => [],
    unparkFirst: async () => ({ released: 0 }),
    unpark: async () => 0,
    parkDue: async () => 0,
    unclaimStrays: async () => 0,
    ...overrides.claims,
  },
  ends: {
    settle: async () => undefined,
    park: async () => undefined,
    cancel: async () => undefined,
    place: async () => undefined,
    unclaim: async () => undefined,
    ...overrides.ends,
  },
  webhooks: {
    find: (id) => makeTestWebhook(id),
    classOf: classOfItsOwn,
    policyOf: () => ({ scheduleMs: [], jitter: 0, maxAgeMs: 0, finalStatuses: [], localFaultDelayMs: 0 }),
    reload: async () => undefined,
    disable: async () => undefined,
    ...overrides.webhooks,
  },
  sending: {
    send: async () => ({ kind: 'answered', status: 200, body: new Uint8Array(0) }),
    untilReady: () => undefined,
    onAttempt: () => undefined,
    onSettled: () => undefined,
    ...overrides.sending,
  },
  circuits: {
    open: async () => undefined,
    close: async () => undefined,
    countOpen: () => 0,
    saveHealth: async () => undefined,
    breaker: { failures: 0, share: 0, windowMs: 1000, minAttempts: 20 },
    ...overrides.circuits,
  },
  instance: { id: () => 'me', isTrusted: () => true, living: () => 1, ...overrides.instance },
  runtime: { clock: systemClock, random: Math.random, logger: makeTestLogger(), ...overrides.runtime },
});

export const DISPATCH_LIMITS = {
  maxResident: 100,
  maxResidentBytes: 1 << 20,
  maxInFlight: 10,
  maxInFlightPerWebhook: 10,
  maxRetryShare: 0.5,
};
