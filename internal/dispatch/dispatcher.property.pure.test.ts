import { expect, it } from '@jest/globals';
import type { SettledAttempt } from '../domain/delivery/attempt.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import type { AttemptOutcome } from '../domain/delivery/outcome.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import { classOfItsOwn } from '../testkit/kits/test-classes.js';
import { makeTestLanes } from '../testkit/kits/test-lanes.js';
import { makeTestWebhook } from '../testkit/kits/test-webhook.js';
import { fc } from '../testkit/properties.js';
import { makeTestDispatcher } from '../testkit/test-dispatcher.js';
import { Residents } from './residents/residents.js';

const bytes = new Uint8Array(0);
const message = { id: 'm', receivedAt: 0, subject: 'a', headers: [], payload: bytes, body: bytes };
const policy = { scheduleMs: [10, 20], jitter: 0, maxAgeMs: 0, finalStatuses: [], localFaultDelayMs: 5 };
const outcome: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.constantFrom(200, 204, 302, 410, 429, 500).map(
    (status): AttemptOutcome => ({
      kind: 'answered',
      status,
      body: bytes,
    }),
  ),
  fc.constant<AttemptOutcome>({ kind: 'unreachable', reason: 'timeout', error: 'no answer' }),
  fc.constant<AttemptOutcome>({ kind: 'local_fault', error: 'EMFILE' }),
);
/** Webhooks 0–3 are enabled, 4 is disabled, 5 is deleted. */
const work = fc.record({
  webhookId: fc.nat({ max: 5 }),
  attempts: fc.nat({ max: 2 }),
  outcome,
  journalFails: fc.boolean(),
});
const limits = fc.record({
  maxInFlight: fc.integer({ min: 1, max: 6 }),
  maxInFlightPerWebhook: fc.integer({ min: 1, max: 3 }),
  maxRetryShare: fc.double({ min: 0, max: 1, noNaN: true }),
});
const findWebhook = (id: number): CatalogWebhook | undefined =>
  id === 5 ? undefined : makeTestWebhook(id, { enabled: id !== 4 });

it('a dispatcher ends whatever it is given once, however its sends and settles interleave, and keeps no room', async () => {
  const given = fc.array(work, { maxLength: 25, size: 'max' });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), given, limits, fc.nat({ max: 30 }), async (scheduler, works, bounds, stopAt) => {
      const lanes = makeTestLanes(bounds);
      const residents = new Residents({ maxResident: 1000, maxResidentBytes: 1000 }, classOfItsOwn);
      const ended: string[] = [];
      const settled: SettledAttempt[] = [];
      let unsure = 0;
      const end = (way: string) =>
        scheduler.scheduleFunction(async (delivery: OwnedDelivery) => {
          ended.push(`${way} ${delivery.id}`);
          if (works[Number(delivery.id)]!.journalFails) throw new Error('the journal is away');
        });
      const settle = end('settled');
      const { dispatcher, enqueue } = makeTestDispatcher({
        maxActive: 1000,
        send: scheduler.scheduleFunction(async (delivery: OwnedDelivery) => {
          expect(lanes.inFlight).toBeLessThanOrEqual(bounds.maxInFlight);
          return works[Number(delivery.id)]!.outcome;
        }),
        settle: async (attempt) => {
          settled.push(attempt);
          await settle(attempt.delivery);
        },
        park: end('parked'),
        cancel: end('cancelled'),
        find: findWebhook,
        suspectStrays: () => void unsure++,
        residents,
        lanes,
        policyOf: () => policy,
        random: () => 0.5,
      });
      const queued: string[] = [];
      for (const [index, { webhookId, attempts }] of works.entries()) {
        if (index === stopAt) queued.push(...dispatcher.stop().map(({ id }) => `unclaimed ${id}`));
        const id = String(index);
        residents.reserve(id, webhookId, 1);
        enqueue({ id, message, webhookId, owner: 'me', attempts, countedFailures: attempts });
        if (index % 3 === 0 && scheduler.count() > 0) await scheduler.waitOne();
      }
      await scheduler.waitIdle();
      queued.push(...dispatcher.stop().map(({ id }) => `unclaimed ${id}`));
      await dispatcher.idle();

      const way = (id: number) => (id === 5 ? 'cancelled' : id === 4 ? 'parked' : 'settled');
      const wanted = works.map(({ webhookId }, index) =>
        queued.includes(`unclaimed ${index}`) ? `unclaimed ${index}` : `${way(webhookId)} ${index}`,
      );
      expect([...ended, ...queued].sort()).toEqual(wanted.sort());
      expect(unsure).toBe(ended.filter((each) => works[Number(each.split(' ')[1])]!.journalFails).length);
      expect([residents.count, residents.residentBytes, lanes.inFlight, lanes.queued]).toEqual([0, 0, 0, 0]);
      for (const one of settled) expectSound(one);
    }),
    { numRuns: 40 },
  );
});

/** An attempt is retried, given up or delivered, exactly one of them, and its failures grow by at most one. */
function expectSound({ delivery, outcome: word, countedFailures, retryInMs, because }: SettledAttempt): void {
  expect([word === 'delivered', retryInMs !== undefined, because !== undefined].filter(Boolean)).toHaveLength(1);
  const costs = word === 'failed' || word === 'dead' ? 1 : 0;
  expect(countedFailures).toBe(delivery.countedFailures + costs);
  if (because === 'exhausted') expect(countedFailures).toBe(policy.scheduleMs.length + 1);
}
