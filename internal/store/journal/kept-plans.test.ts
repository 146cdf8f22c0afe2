import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../testkit/kits/test-journal.js';
import { touchedBy } from '../../testkit/touched-pages.js';
import { claimNext } from './claim/claim-next.js';
import { place } from './claim/place.js';
import type { Journal } from './journal.js';
import type { JournalPool } from './journal-pool.js';

const WAITING = 40_000;
const BATCH = 200;
/** A few pages of the table and of each of its indexes, per delivery. */
const MAX_PAGES = BATCH * 60;
let kit: TestJournal;
let pool: JournalPool;
let journal: Journal;

/**
 * Plans are kept from a time when the table has pages without rows, which PostgreSQL knows. Then a receiver becomes
 * silent.
 */
beforeAll(async () => {
  kit = await makeTestJournal(undefined, 1);
  ({ pool, journal } = kit);
  await kit.sql('alter table deliveries set (autovacuum_enabled = off)');
  await kit.owe();
  await fill();
  await kit.sql('delete from deliveries');
  await kit.sql('analyze');
  const [unowned] = owned(1);
  for (const work of Object.values(WORKS)) await work([unowned!]);
  await accept([unowned!]);
  await journal.settle(kit.attempt(unowned!));
  await fill();
});
afterAll(() => kit.stop());

/** A quarter of the deliveries is ordered and parked, half is due, and the rest waits for the next attempt. */
async function fill(): Promise<void> {
  await kit.sql(
    `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, order_key, order_no)
     select gen_random_uuid(), m.id, m.received_at, 1, 10,
       case n % 4 when 0 then 'infinity' when 1 then now() + interval '1 hour' else now() end,
       case n % 4 when 0 then gen_random_uuid() end, case n % 4 when 0 then n end
     from (select id, received_at from messages limit 1) m, generate_series(1, $1::int) n`,
    [WAITING],
  );
}

const owned = (count: number): OwnedDelivery[] =>
  Array.from({ length: count }, () => ({
    id: randomUUID(),
    message: makeTestMessage(),
    webhookId: 1,
    owner: kit.instance,
    attempts: 0,
    countedFailures: 0,
  }));
/** The statements that are sent for these deliveries, which are ours. */
const WORKS: Readonly<Record<string, (deliveries: readonly OwnedDelivery[]) => Promise<unknown>>> = {
  settle: (all) => Promise.all(all.map((one) => journal.settle(kit.attempt(one)))),
  'settle for another time': (all) =>
    Promise.all(all.map((one) => journal.settle(kit.attempt(one, { outcome: 'failed', retryInMs: 1000 })))),
  park: (all) => Promise.all(all.map((one) => journal.park(one))),
  place: (all) =>
    place(
      pool,
      all.map((delivery) => ({ delivery, orderKey: randomUUID() })),
    ),
  cancel: (all) => Promise.all(all.map((one) => journal.cancel(one))),
  'unclaim, and claim': async (all) => {
    await journal.unclaim(all);
    await journal.claim({ deliveries: all.length, bytes: 1 << 30, except: [] });
  },
  'claim around a lane that is full': (all) =>
    journal.claim({ deliveries: all.length, bytes: 1 << 30, except: [1], lanes: new Map([[2, 1]]) }),
  'claim the next of a key': async (all) => {
    const keys = await kit.sql<{ key: string }>(
      `select order_key as key from deliveries where order_key is not null limit $1`,
      [all.length],
    );
    await claimNext(
      pool,
      kit.instance,
      keys.map(({ key }) => ({ webhookId: 1, orderKey: key, wanted: true })),
    );
  },
};

const accept = (deliveries: readonly OwnedDelivery[]) =>
  Promise.all(
    deliveries.map(({ id, message }) => journal.accept({ message, deliveries: [{ id, webhookId: 1, wanted: true }] })),
  );

it('to accept goes by keys', async () => {
  const touched = await touchedBy(pool, () => accept(owned(BATCH)));
  expect(touched.all).toBeLessThan(MAX_PAGES);
});

it.each(Object.keys(WORKS))('%s: by keys, however many wait', async (name) => {
  const deliveries = owned(BATCH);
  await accept(deliveries);
  const touched = await touchedBy(pool, () => WORKS[name]!(deliveries));
  expect(touched.deliveries).toBeGreaterThan(BATCH);
  expect(touched.all).toBeLessThan(MAX_PAGES);
});
