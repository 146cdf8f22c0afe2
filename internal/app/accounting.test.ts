import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import type { SettledAttempt } from '../domain/delivery/attempt.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { closes, loadAccount } from '../store/deliveries/accounting.js';
import { type Db, makeKnex } from '../store/postgres/knex.js';
import { putBack } from '../store/replay/put-back.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../testkit/kits/test-journal.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makePatrol } from '../upkeep/run-accounting.js';

const HOUR = 3_600_000;
let kit: TestJournal;
let db: Db;
let database: TestDatabase;

beforeEach(async () => {
  database = await makeTestDatabase();
  kit = await makeTestJournal(database);
  db = makeKnex(database.connection, { max: 2 });
});
afterEach(async () => {
  await db.destroy();
  await kit.stop();
});

const end = (delivery: OwnedDelivery, more: Partial<SettledAttempt> = {}) =>
  kit.journal.settle(kit.attempt(delivery, more));
const owe = async (number: number) => Promise.all(Array.from({ length: number }, () => kit.owe()));
const account = (more: object = {}) =>
  loadAccount(db, {
    webhookId: undefined,
    since: new Date(Date.now() - HOUR),
    until: new Date(Date.now() + HOUR),
    ...more,
  });

/** Makes one delivery in each state, except that two of them are delivered. */
const oneOfEach = async () => {
  const [a, b, dead, cancelled, held, pending, retried] = (await owe(7)) as [OwnedDelivery, ...OwnedDelivery[]];
  await end(a);
  await end(b as OwnedDelivery, { outcome: 'failed', status: 500, countedFailures: 1, retryInMs: 0 });
  await end({ ...(await kit.journal.claim({ deliveries: 1, bytes: 1000, except: [] })).deliveries[0]! });
  await end(dead as OwnedDelivery, { outcome: 'dead', because: 'exhausted', status: 500 });
  await kit.journal.cancel(cancelled as OwnedDelivery);
  await kit.journal.park(held as OwnedDelivery);
  await end(retried as OwnedDelivery, { outcome: 'failed', status: 500, countedFailures: 1, retryInMs: HOUR });
  await kit.journal.accept({ message: makeTestMessage(), deliveries: [] });
  return { a, dead: dead as OwnedDelivery, pending: pending as OwnedDelivery };
};

describe('the account', () => {
  const whole = { accepted: 7, delivered: 2, pending: 2, held: 1, dead: 1, cancelled: 1, lost: 0, unknown: 0 };

  it('counts every delivery once, in the state that it is in, and closes', async () => {
    await oneOfEach();
    expect(await account()).toEqual(whole);
    expect(closes(await account())).toBe(true);
    expect(await account({ webhookId: 1 })).toEqual(whole);
    expect(await account({ webhookId: 2 })).toMatchObject({ accepted: 0, delivered: 0 });
    expect(await account({ until: new Date(Date.now() - HOUR / 2) })).toMatchObject({
      accepted: 0,
      lost: 0,
      unknown: 0,
    });
  });

  it('closes over replays of everything', async () => {
    const { a, dead } = await oneOfEach();
    const candidate = (delivery: OwnedDelivery) => ({
      deliveryId: delivery.id,
      messageId: delivery.message.id,
      receivedAt: new Date(delivery.message.receivedAt).toISOString(),
      cursor: { at: '', id: '' },
    });
    expect(await putBack(kit.pool.run, { webhookId: 1, outcome: 'dead' }, [candidate(dead)])).toBe(1);
    expect(await putBack(kit.pool.run, { webhookId: 1, outcome: 'delivered' }, [candidate(a)])).toBe(1);
    expect(await account()).toEqual({ ...whole, pending: 4, dead: 0, delivered: 1 });
    const stray = makeTestMessage();
    await kit.journal.accept({ message: stray, deliveries: [] });
    const missed = { ...candidate(a), deliveryId: undefined, messageId: stray.id };
    const receivedAt = new Date(stray.receivedAt).toISOString();
    expect(await putBack(kit.pool.run, { webhookId: 1, outcome: 'missing' }, [{ ...missed, receivedAt }])).toBe(1);
    expect(await account()).toEqual({ ...whole, accepted: 8, pending: 5, dead: 0, delivered: 1 });
  });

  it.each(['deliveries', 'dead_letters', 'webhook_logs'])('does not close when rows of %s are gone', async (table) => {
    await oneOfEach();
    await kit.sql(`delete from ${table}`);
    const open = await account();
    expect(open.lost).toBeGreaterThan(0);
    expect(open.accepted).toBe(7);
    expect(closes(open)).toBe(false);
  });

  it('does not close when there is something that was never accepted', async () => {
    await oneOfEach();
    await kit.sql(`update messages set owed_to = '{}', delivery_ids = '{}'`);
    expect(await account()).toMatchObject({ accepted: 0, unknown: 7 });
    expect(closes(await account())).toBe(false);
  });
});

describe('the patrol', () => {
  const patrol = () => {
    const logger = makeTestLogger();
    return { logger, look: makePatrol({ pool: kit.pool, clock: systemClock, logger }, { fromMs: HOUR, toMs: -HOUR }) };
  };

  it('finds nothing when nothing is lost', async () => {
    await oneOfEach();
    const { look, logger } = patrol();
    expect([await look(), await look()]).toEqual([0, 0]);
    expect(logger.lines).toEqual([]);
  });

  it('names what is lost until it is found again', async () => {
    const { pending } = await oneOfEach();
    const [row] = await kit.sql<{ row: object }>(
      'delete from deliveries where id = $1 returning to_jsonb(deliveries) as row',
      [pending.id],
    );
    const { look, logger } = patrol();
    expect(await look()).toBe(1);
    expect(logger.lines).toEqual([
      { level: 'error', name: 'accounting.open', fields: { deliveries: 1, delivery_ids: [pending.id] } },
    ]);
    await kit.sql('insert into deliveries select * from jsonb_populate_record(null::deliveries, $1)', [row?.row]);
    expect(await look()).toBe(0);
  });

  it('looks at a bounded part a round and comes round to all of it', async () => {
    await kit.sql(`insert into messages (id, received_at, subject, payload, owed_to, delivery_ids)
      select gen_random_uuid(), now() - n * interval '100 ms', 'x', '{}', '{1}', array[gen_random_uuid()] from generate_series(1, 4500) n`);
    const { look } = patrol();
    expect([await look(), await look(), await look(), await look()]).toEqual([2000, 4000, 4500, 4500]);
  });

  it('looks for a bounded number of deliveries a round, however many webhooks a message has', async () => {
    await kit.sql(`insert into messages (id, received_at, subject, payload, owed_to, delivery_ids)
      select gen_random_uuid(), now() - n * interval '100 ms', 'x', '{}', array[1], array(select gen_random_uuid() from generate_series(1, 2000))
      from generate_series(1, 4) n`);
    const { look } = patrol();
    expect([await look(), await look(), await look()]).toEqual([6000, 8000, 8000]);
  });
});
