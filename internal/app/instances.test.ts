import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { type Ledger, openLedger } from '../testkit/account.js';
import { eventually } from '../testkit/eventually.js';
import { type Receiver, startReceiver } from '../testkit/receiver.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/test-database.js';
import { startInstance, type TestInstance } from '../testkit/test-instance.js';
import { startTestNats } from '../testkit/test-nats.js';

let server: NatsServer;
let nats: NatsConnection;
let database: TestDatabase;
let ledger: Ledger;
let receiver: Receiver;
let running: TestInstance[];

const start = async (more: Readonly<Record<string, string>> = {}) => {
  const instance = await startInstance({ database, natsUrl: server.url }, { HUKZ_INSTANCE_TIMEOUT: '2s', ...more });
  running.push(instance);
  return instance;
};

beforeAll(async () => {
  server = await startTestNats();
  nats = await connect({ servers: server.url });
});
afterAll(async () => {
  await nats.close();
  await server.stop();
});
beforeEach(async () => {
  database = await makeTestDatabase();
  ledger = await openLedger(database);
  receiver = await startReceiver();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((instance) => instance.kill()));
  await receiver.stop();
  await ledger.close();
  await database.drop();
}, 20_000);

/** Publishes numbered messages and gives the numbers of those that were acknowledged after their commit. */
async function publishNumbers(subject: string, count: number): Promise<Set<number>> {
  const acknowledged = new Set<number>();
  const asked = Array.from({ length: count }, async (_, n) => {
    const answer = await nats.request(subject, JSON.stringify({ n }), { timeout: 8000 }).catch(() => undefined);
    if (answer && JSON.parse(answer.string()).message_id) acknowledged.add(n);
  });
  await Promise.all(asked);
  return acknowledged;
}
const numbersReceived = () => receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n as number);
const idsReceived = () => receiver.requests.map(({ headers }) => String(headers['webhook-id']));
const settled = () =>
  eventually(async () => (await ledger.account()).pending === 0, { what: 'nothing pending', timeoutMs: 20_000 });

it('loses nothing that was committed to a kill -9 in the middle of 1,000 deliveries', async () => {
  const first = await start();
  await first.api.webhook(receiver.url, [await first.api.event('a.b')]);
  receiver.behave({ delayMs: 20 });
  const publishing = publishNumbers('a.b', 1000);
  await receiver.waitFor(300);
  await first.kill();
  const sentBefore = receiver.requests.length;
  const second = await start();
  const acknowledged = await publishing;
  await settled();

  const received = new Set(numbersReceived());
  expect([...acknowledged].filter((n) => !received.has(n))).toEqual([]);
  const account = await ledger.account();
  expect(account).toMatchObject({ pending: 0, held: 0, dead: 0, cancelled: 0 });
  expect(account.accepted).toBe(account.delivered);
  expect(account.accepted).toBeGreaterThanOrEqual(acknowledged.size);
  expect(await ledger.logged('delivered')).toEqual(new Set(idsReceived()));
  // What was sent twice was in flight when the instance died, at most its slots, and the log says so.
  const ids = idsReceived();
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const interrupted = await ledger.logged('interrupted');
  expect(twice.every((id) => interrupted.has(id))).toBe(true);
  expect(twice.length).toBeLessThanOrEqual(512);
  expect(sentBefore).toBeLessThan(1000);
  expect(second.lines.some((line) => line.includes('"instance.buried"'))).toBe(true);
}, 60_000);

describe('two instances', () => {
  it('share 10,000 messages: each arrives once', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await one.api.webhook(receiver.url, [await one.api.event('a.b')]);
    await eventually(async () => (await two.metric('hukz_catalog_webhooks')) === 1, {
      what: 'the webhook known to the other',
      timeoutMs: 1000,
    });
    for (let n = 0; n < 10_000; n++) {
      nats.publish('a.b', JSON.stringify({ n }));
      if (n % 500 === 0) await nats.flush();
    }
    await receiver.waitFor(10_000, 30_000);
    await settled();
    const numbers = numbersReceived();
    expect(numbers).toHaveLength(10_000);
    expect(new Set(numbers).size).toBe(10_000);
    expect(await ledger.account()).toEqual({
      accepted: 10_000,
      delivered: 10_000,
      pending: 0,
      held: 0,
      dead: 0,
      cancelled: 0,
    });
    const [byOne, byTwo] = await Promise.all(
      [one, two].map((instance) => instance.metric('hukz_messages_accepted_total')),
    );
    expect(byOne).toBeGreaterThan(1000);
    expect(byTwo).toBeGreaterThan(1000);
  }, 60_000);

  it('know of each other’s changes within a second', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    const eventId = await one.api.event('made.here');
    await eventually(async () => (await two.metric('hukz_subscriptions')) === 1, {
      what: 'the other subscribed',
      timeoutMs: 1000,
    });
    await two.api.put(`/events/${eventId}`, { event: 'renamed.there' });
    await two.api.event('second.one');
    await eventually(async () => (await one.metric('hukz_subscriptions')) === 2, {
      what: 'the first followed',
      timeoutMs: 1000,
    });
    expect(JSON.parse((await nats.request('renamed.there', '{}')).string())).toMatchObject({ webhooks: 0 });
  }, 30_000);

  it('lose nothing that was committed when one of them is killed', async () => {
    const [one] = await Promise.all([start(), start()]);
    await one.api.webhook(receiver.url, [await one.api.event('a.b')]);
    receiver.behave({ delayMs: 10 });
    const publishing = publishNumbers('a.b', 2000);
    await receiver.waitFor(500);
    await one.kill();
    const acknowledged = await publishing;
    await settled();
    const received = new Set(numbersReceived());
    expect([...acknowledged].filter((n) => !received.has(n))).toEqual([]);
    const account = await ledger.account();
    expect(account.accepted).toBe(account.delivered);
  }, 60_000);
});

describe('SIGTERM', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '(%s) finishes what runs, gives back the rest, and ends with 0',
    async (signal) => {
      const first = await start();
      await first.api.webhook(receiver.url, [await first.api.event('a.b')]);
      receiver.behave({ delayMs: 200 });
      const acknowledged = await publishNumbers('a.b', 300);
      expect(acknowledged.size).toBe(300);
      expect(await first.stop(signal)).toBe(0);
      await start();
      await settled();
      expect(numbersReceived().sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n));
      expect(await ledger.account()).toEqual({
        accepted: 300,
        delivered: 300,
        pending: 0,
        held: 0,
        dead: 0,
        cancelled: 0,
      });
      expect(await ledger.logged('interrupted')).toEqual(new Set());
    },
    30_000,
  );

  it('interrupts requests at the end of the grace period; they are sent again', async () => {
    const first = await start({ HUKZ_SHUTDOWN_GRACE: '1s' });
    await first.api.webhook(receiver.url, [await first.api.event('a.b')]);
    receiver.behave((_request, index) => ({ hang: index < 3 }));
    await publishNumbers('a.b', 3);
    await receiver.waitFor(3);
    const from = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - from).toBeLessThan(4000);
    await start();
    await settled();
    expect(await ledger.account()).toMatchObject({ accepted: 3, delivered: 3 });
    expect((await ledger.logged('local_fault')).size).toBe(3);
  }, 30_000);
});

it('survives that its database connections are cut again and again', async () => {
  const instance = await start();
  await instance.api.webhook(receiver.url, [await instance.api.event('a.b')]);
  const publishing = publishNumbers('a.b', 2000);
  for (let round = 1; round <= 8; round++) {
    await receiver.waitFor(round * 200, 10_000);
    await ledger.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'hukz%'`,
    );
  }
  const acknowledged = await publishing;
  expect(acknowledged.size).toBe(2000);
  await settled();
  expect(new Set(numbersReceived()).size).toBe(2000);
  expect(await ledger.account()).toMatchObject({ accepted: 2000, delivered: 2000 });
}, 60_000);
