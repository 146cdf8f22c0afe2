import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../testkit/kits/test-journal.js';
import { startTestServer } from '../../testkit/servers/test-server.js';
import { type Touched, touchedBy } from '../../testkit/touched-pages.js';
import { beat, burySilentInstances, registerInstance } from './claim/instances.js';
import type { Journal } from './journal.js';
import type { JournalPool } from './journal-pool.js';

const MANY = 200;
const SILENT_MS = 30_000;
const ROUNDS = 40;
/** The test needs a server of its own: a transaction in any database of a server keeps dead rows in all of them. */
let server: Awaited<ReturnType<typeof startTestServer>>;
let kit: TestJournal;
let pool: JournalPool;
let journal: Journal;
let others: string[] = [];

beforeAll(async () => {
  server = await startTestServer();
  const database = await makeTestDatabase({ server: server.address });
  kit = await makeTestJournal(database, 1);
  ({ pool, journal } = kit);
});
afterAll(async () => {
  await kit.stop();
  await server.stop();
});

const sql = (text: string, values: readonly unknown[] = []) => pool.run<Record<string, number>>({ text }, values);
const start = async (count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, () => randomUUID());
  await Promise.all(ids.map((id) => registerInstance(pool, { id, host: 'test' })));
  return ids;
};
/** The instances end without a message, half an hour ago. */
const kill = (ids: readonly string[]) =>
  sql(`update instances set seen_at = now() - interval '30 minutes' where id = any($1::uuid[])`, [ids]);
const living = async () => (await sql('select count(*)::int as n from instances'))[0]?.n;

/**
 * Each run begins with empty tables. PostgreSQL's own work (a vacuum) can disturb a run, so the smallest of three
 * counts.
 */
async function touchedByDelivering(): Promise<Touched> {
  const measured: Touched[] = [];
  for (let n = 0; n < 3; n++) {
    await sql('truncate messages, message_ids, deliveries, webhook_logs');
    await deliver();
    measured.push(await touchedBy(pool, deliverSome));
  }
  return measured.reduce((least, one) => (one.all < least.all ? one : least));
}

/** Accepts and settles a delivery of this instance; accepts another one for any instance, claims it and settles it. */
async function deliver(): Promise<void> {
  const message = makeTestMessage();
  const id = randomUUID();
  const { owner } = await journal.accept({ message, deliveries: [{ id, webhookId: 1, wanted: true }] });
  await journal.settle(kit.attempt({ id, message, webhookId: 1, owner, attempts: 0, countedFailures: 0 }));
  await journal.accept({
    message: makeTestMessage(),
    deliveries: [{ id: randomUUID(), webhookId: 1, wanted: false }],
  });
  const { deliveries } = await journal.claim({ deliveries: 10, bytes: 1 << 20, except: [] });
  expect(deliveries).toHaveLength(1);
  for (const delivery of deliveries) await journal.settle(kit.attempt(delivery));
}
const deliverSome = async () => {
  for (let n = 0; n < ROUNDS; n++) await deliver();
};
/** Sends a heartbeat. */
const beatOnce = async (id: string) => {
  expect((await beat(pool, id))?.living).toBeGreaterThan(0);
  return burySilentInstances(pool, SILENT_MS, id);
};

describe('two hundred instances that start, beat and die', () => {
  let alone: Touched;

  beforeAll(async () => {
    alone = await touchedByDelivering();
    // Two hundred instances die, and two hundred others live and have sent a few heartbeats each. Dead row versions of
    // both remain.
    const dead = await start(MANY);
    others = await start(MANY);
    for (let round = 0; round < 5; round++) await Promise.all(others.map((id) => beat(pool, id)));
    await kill(dead);
    const { instances } = await burySilentInstances(pool, SILENT_MS);
    expect(instances).toHaveLength(MANY);
  });

  it('do not pile up: each heartbeat removes the rows of the dead', async () => {
    expect(await living()).toBe(MANY + 1);
    await kill(others.slice(0, 50));
    const { instances } = await beatOnce(kit.instance);
    expect(instances).toHaveLength(50);
    expect(await living()).toBe(MANY - 50 + 1);
    others = [...others.slice(50), ...(await start(50))];
  });

  it('add nothing to what accepting, claiming and settling look at', async () => {
    const among = await touchedByDelivering();
    expect(among.statements).toBe(alone.statements);
    // An index of four hundred entries has one level more than that of one entry: one more page per search, also for
    // many thousands.
    expect(among.instances).toBeLessThanOrEqual(alone.instances * 1.5);
    expect(among.all - among.instances).toBeLessThanOrEqual((alone.all - alone.instances) * 1.02);
  });

  it('beat by two statements, which read a few pages and no delivery while every instance beats', async () => {
    const touched = await touchedBy(pool, async () => {
      for (let n = 0; n < 20; n++) await beatOnce(others[n]!);
    });
    expect(touched).toMatchObject({ statements: 40, deliveries: 0 });
    expect(touched.instances / 20).toBeLessThan(40);
  });

  it('leave no room behind that is not used again', async () => {
    const pagesOf = async () => (await sql(`select (pg_relation_size('instances') / 8192)::int as n`))[0]?.n ?? 0;
    for (let round = 0; round < 5; round++) for (const id of others) await beat(pool, id);
    const before = await pagesOf();
    for (let round = 0; round < 5; round++) for (const id of others) await beat(pool, id);
    expect(await pagesOf()).toBeLessThanOrEqual(before + 1);
    expect(before).toBeLessThan(30);
  });

  it('are buried together by three statements, however many deliveries they own', async () => {
    const dead = others.slice(0, 150);
    const message = makeTestMessage();
    await journal.accept({ message, deliveries: [] });
    await sql(
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, owner)
       select gen_random_uuid(), $1, to_timestamp($2::float8 / 1000), 1, 10, now(), dead.id
       from unnest($3::uuid[]) as dead(id) cross join generate_series(1, 10)`,
      [message.id, message.receivedAt, dead],
    );
    await kill(dead);
    let freed = 0;
    const touched = await touchedBy(pool, async () => {
      freed = (await burySilentInstances(pool, SILENT_MS)).freed;
    });
    expect([freed, touched.statements]).toEqual([1500, 3]);
    expect(await living()).toBe(MANY - 150 + 1);
    const again = await touchedBy(pool, () => burySilentInstances(pool, SILENT_MS));
    expect(again).toMatchObject({ statements: 1, deliveries: 0 });
  });
});
