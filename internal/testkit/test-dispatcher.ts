import { systemClock } from '../clock.js';
import { Dispatcher, type DispatcherDeps } from '../dispatch/dispatcher.js';
import { Residents } from '../dispatch/residents/residents.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { classOfItsOwn } from './kits/test-classes.js';
import { makeTestLanes } from './kits/test-lanes.js';
import { makeTestLogger } from './kits/test-logger.js';
import { makeTestWebhook } from './kits/test-webhook.js';

type TestDeps = DispatcherDeps['sending'] &
  DispatcherDeps['ends'] &
  DispatcherDeps['webhooks'] &
  DispatcherDeps['room'] &
  DispatcherDeps['events'] &
  DispatcherDeps['runtime'] &
  Pick<DispatcherDeps, 'isTrusted'>;

/** A dispatcher for which all is well, except for what is given; `enqueue` gives it a delivery. */
export function makeTestDispatcher(overrides: Partial<TestDeps> = {}): {
  readonly dispatcher: Dispatcher;
  enqueue(delivery: OwnedDelivery): void;
} {
  const all: TestDeps = {
    send: async () => ({ kind: 'answered', status: 200, body: new Uint8Array(1) }),
    onAttempt: () => undefined,
    onSettled: () => undefined,
    settle: async () => undefined,
    park: async () => undefined,
    cancel: async () => undefined,
    find: (id) => makeTestWebhook(id),
    policyOf: () => ({ scheduleMs: [], jitter: 0, maxAgeMs: 0, finalStatuses: [], localFaultDelayMs: 0 }),
    disable: async () => undefined,
    residents: new Residents({ maxResident: 10_000, maxResidentBytes: 1 << 20 }, classOfItsOwn),
    lanes: makeTestLanes({ maxInFlight: 100, maxInFlightPerWebhook: 10, maxRetryShare: 0.5 }),
    maxActive: 20,
    record: () => undefined,
    advance: () => undefined,
    onResting: () => undefined,
    wakeParked: () => undefined,
    suspectStrays: () => undefined,
    clock: systemClock,
    random: Math.random,
    logger: makeTestLogger(),
    isTrusted: () => true,
    ...overrides,
  };
  const dispatcher = new Dispatcher({
    sending: all,
    ends: all,
    webhooks: all,
    room: all,
    events: all,
    isTrusted: all.isTrusted,
    runtime: all,
  });
  return { dispatcher, enqueue: (delivery) => all.lanes.offer(delivery) };
}
