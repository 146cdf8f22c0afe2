import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type JetStreamManager, type NatsConnection, nanos, headers as natsHeaders } from 'nats';
import { findFreePort } from '../../local/free-port.js';
import type { NatsServer } from '../../local/nats-server.js';
import { type Ledger, openLedger } from '../../testkit/account.js';
import { eventually } from '../../testkit/eventually.js';
import { startTestApp, type TestApp } from '../../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { type Receiver, startReceiver } from '../../testkit/servers/receiver.js';
import { startTestNats } from '../../testkit/servers/test-nats.js';

let server: NatsServer;
let nats: NatsConnection;
let jsm: JetStreamManager;
let database: TestDatabase;
let ledger: Ledger;
let receiver: Receiver;
let apps: TestApp[];

beforeAll(async () => {
  server = await startTestNats({ jetstream: true });
  nats = await connect({ servers: server.url });
  jsm = await nats.jetstreamManager();
});
afterAll(async () => {
  await nats.close();
  await server.stop();
});
beforeEach(async () => {
  database = await makeTestDatabase();
  ledger = await openLedger(database);
  receiver = await startReceiver();
  apps = [];
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
  await receiver.stop();
  await ledger.close();
  await database.drop();
});

const start = async (more: Readonly<Record<string, string>> = {}, natsUrl = server.url) => {
  const app = await startTestApp({ database, natsUrl }, { HUKZ_INTAKE: 'jetstream', ...more });
  apps.push(app);
  return app;
};
const publish = async (subject: string, from: number, to: number) => {
  for (let n = from; n < to; n++) nats.publish(subject, JSON.stringify({ n }));
  await nats.flush();
};
const numbers = () =>
  receiver.requests.map(({ body }) => JSON.parse(String(body)).payload.n as number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const consumer = () => jsm.consumers.info('HUKZ', 'hukz');
const acknowledged = () =>
  eventually(
    async () => {
      const { num_ack_pending, num_pending } = await consumer();
      return num_ack_pending === 0 && num_pending === 0;
    },
    { what: 'everything acknowledged' },
  );
const logged = (app: TestApp, name: string) => app.logger.lines.filter((line) => line.name === name);

describe('the stream', () => {
  it('holds exactly the registered subjects when POST, PUT and DELETE answer', async () => {
    const { api } = await start();
    await expect(jsm.streams.info('HUKZ')).rejects.toThrow('stream not found');
    const subjects = async () => (await jsm.streams.info('HUKZ')).config.subjects;
    const id = await api.event('a.b');
    expect(await subjects()).toEqual(['a.b']);
    await api.event('post.*');
    await api.event('post.made');
    expect(await subjects()).toEqual(['a.b', 'post.*']);
    await api.put(`/events/${id}`, { event: 'c.d' });
    expect(await subjects()).toEqual(['c.d', 'post.*']);
    await api.delete(`/events/${id}`);
    expect(await subjects()).toEqual(['post.*']);
  });

  it('is made as the settings say, and kept so', async () => {
    const { api } = await start({ HUKZ_STREAM_MAX_AGE: '1h', HUKZ_STREAM_MAX_BYTES: '1MiB' });
    await api.event('a.b');
    const { config } = await jsm.streams.info('HUKZ');
    expect(config).toMatchObject({
      storage: 'file',
      discard: 'old',
      max_bytes: 1 << 20,
      max_age: 3600e9,
      duplicate_window: 120e9,
    });
    expect((await consumer()).config).toMatchObject({ ack_policy: 'explicit', ack_wait: 3e9, max_deliver: -1 });
    await apps.pop()?.stop();
    await start({ HUKZ_STREAM_MAX_AGE: '2h' });
    await eventually(async () => (await jsm.streams.info('HUKZ')).config.max_age === 7200e9, { what: 'the new age' });
  });

  it('refuses an event that no stream can hold, and stores nothing', async () => {
    const { api } = await start();
    await api.event('post.*.a');
    await expect(api.event('post.b.*')).rejects.toThrow(/409.*overlaps with the registered \\?"post\.\*/);
    await jsm.streams.add({ name: 'OTHERS', subjects: ['order.made'] });
    await expect(api.event('order.*')).rejects.toThrow(/409.*OTHERS/);
    expect((await api.get('/events')).body.total).toBe(1);
  });

  it('leaves to an operator’s stream what that holds, and reads there', async () => {
    await jsm.streams.add({ name: 'ORDERS', subjects: ['order.>'] });
    nats.publish('order.made', '{"n":-1}');
    const { api } = await start();
    await api.webhook(receiver.url, [
      await api.event('order.made'),
      await api.event('order.>'),
      await api.event('a.b'),
    ]);
    await publish('order.made', 0, 10);
    await publish('a.b', 10, 20);
    await receiver.waitFor(20);
    expect(numbers()).toEqual(upTo(20));
    expect((await jsm.streams.info('HUKZ')).config.subjects).toEqual(['a.b']);
  });
});

describe('a message', () => {
  it('that the stream has is delivered, also after a time without instances', async () => {
    const first = await start();
    await first.api.webhook(receiver.url, [await first.api.event('a.b')]);
    await apps.pop()?.stop();
    await publish('a.b', 0, 500);
    await start();
    await receiver.waitFor(500);
    expect(numbers()).toEqual(upTo(500));
    await acknowledged();
  });

  it('is shared among instances, each once', async () => {
    const [one, two] = [await start(), await start()];
    await one.api.webhook(receiver.url, [await one.api.event('a.b')]);
    await eventually(async () => (await metric(two, 'hukz_catalog_webhooks')) === 1, {
      what: 'the webhook at the other',
    });
    await publish('a.b', 0, 3000);
    await receiver.waitFor(3000, 10_000);
    expect(numbers()).toEqual(upTo(3000));
    await acknowledged();
    expect((await ledger.account()).accepted).toBe(3000);
    expect(logged(two, 'stream.gap')).toEqual([]);
  });

  it('is acknowledged only after its commit, and inserts nothing when it is delivered again', async () => {
    const { api } = await start();
    await api.webhook(receiver.url, [await api.event('a.b')]);
    await publish('a.b', 0, 50);
    await receiver.waitFor(50);
    await acknowledged();
    // A second durable consumer redelivers the whole stream, as a lost acknowledgement would.
    await apps.pop()?.stop();
    await jsm.consumers.delete('HUKZ', 'hukz');
    await ledger.query('delete from stream_positions');
    const again = await start();
    await eventually(async () => (await metric(again, 'hukz_messages_duplicate_total')) === 50, {
      what: '50 duplicates',
    });
    await acknowledged();
    await publish('a.b', 50, 60);
    await receiver.waitFor(60);
    expect(numbers()).toEqual(upTo(60));
  });

  it('keeps its headers, its bytes and the time at which the stream took it', async () => {
    const { api } = await start();
    await api.webhook(receiver.url, [await api.event('a.b')], { tags: { app: 'a' } });
    await api.webhook(receiver.url, [1], { tags: { app: 'b' } });
    const headers = natsHeaders();
    headers.append('Hukz-Tag', 'app:a');
    nats.publish('a.b', '{"big":12345678901234567890}', { headers });
    const [received] = await receiver.waitFor(1);
    const { messages, last_ts } = (await jsm.streams.info('HUKZ')).state;
    const body = String(received?.body);
    expect(body).toContain('"payload":{"big":12345678901234567890}');
    expect(messages).toBe(1);
    expect(JSON.parse(body).created_at).toBe(`${last_ts.slice(0, 23)}Z`);
    await acknowledged();
    expect(receiver.requests).toHaveLength(1);
  });

  it('is never dropped because a message of another stream, or an older one of its own, had its Nats-Msg-Id', async () => {
    await jsm.streams.add({ name: 'ORDERS', subjects: ['orders.>'], duplicate_window: nanos(100) });
    await jsm.streams.add({ name: 'BILLING', subjects: ['billing.>'] });
    const { api } = await start();
    await api.webhook(receiver.url, [await api.event('orders.created'), await api.event('billing.created')]);
    const send = (subject: string, n: number) =>
      nats.jetstream().publish(subject, JSON.stringify({ n }), { msgID: '4711' });
    expect(await send('orders.created', 0)).toMatchObject({ duplicate: false });
    expect(await send('billing.created', 1)).toMatchObject({ duplicate: false });
    expect(await send('billing.created', 1)).toMatchObject({ duplicate: true });
    await eventually(async () => !(await send('orders.created', 2)).duplicate, { what: 'the stream takes it again' });
    await receiver.waitFor(3);
    expect(numbers()).toEqual(upTo(3));
  });

  it('is taken once under one Nats-Msg-Id, in both modes', async () => {
    const { api } = await start();
    await api.webhook(receiver.url, [await api.event('a.b')]);
    const headers = natsHeaders();
    headers.append('Nats-Msg-Id', 'once');
    nats.publish('a.b', '{"n":0}', { headers });
    nats.publish('a.b', '{"n":0}', { headers });
    await publish('a.b', 1, 2);
    await receiver.waitFor(2);
    await apps.pop()?.stop();
    await jsm.streams.delete('HUKZ');
    await start({ HUKZ_INTAKE: 'core' });
    nats.publish('a.b', '{"n":0}', { headers });
    await publish('a.b', 2, 3);
    await receiver.waitFor(3);
    expect(numbers()).toEqual(upTo(3));
  });

  it('is dropped by our stream, not by hukz, when another subject of the stream has used its Nats-Msg-Id', async () => {
    const { api } = await start();
    await api.webhook(receiver.url, [await api.event('a.b'), await api.event('c.d')]);
    const send = (subject: string, n: number) =>
      nats.jetstream().publish(subject, JSON.stringify({ n }), { msgID: '4711' });
    expect(await send('a.b', 0)).toMatchObject({ duplicate: false });
    expect(await send('c.d', 1)).toMatchObject({ duplicate: true });
    await publish('c.d', 1, 2);
    await receiver.waitFor(2);
    expect(numbers()).toEqual([0, 1]);
  });

  it('waits in the stream while PostgreSQL refuses, and memory stays flat', async () => {
    const { api, ...app } = await start();
    await api.webhook(receiver.url, [await api.event('a.b')]);
    await ledger.query('alter table messages rename to messages_away');
    await publish('a.b', 0, 20_000);
    await eventually(() => logged(app as TestApp, 'message.not_accepted').length > 0, { what: 'a refused batch' });
    // Whether it was delivered once already or not: a message that was given back is no longer pending.
    const { num_pending, num_ack_pending } = await consumer();
    await ledger.query('alter table messages_away rename to messages');
    expect(num_pending + num_ack_pending).toBe(20_000);
  });
});

describe('what is gone', () => {
  it('a consumer that was deleted is made again where it was, and nothing is lost', async () => {
    const app = await start();
    await app.api.webhook(receiver.url, [await app.api.event('a.b')]);
    await publish('a.b', 0, 100);
    await receiver.waitFor(100);
    await jsm.consumers.delete('HUKZ', 'hukz');
    await publish('a.b', 100, 200);
    await receiver.waitFor(200, 15_000);
    expect(numbers()).toEqual(upTo(200));
    expect(logged(app, 'stream.consumer_lost')).toHaveLength(1);
    expect(await metric(app, 'hukz_stream_lost_total')).toBe(1);
  });

  it('a stream that was deleted is made again', async () => {
    const app = await start();
    await app.api.webhook(receiver.url, [await app.api.event('a.b')]);
    await publish('a.b', 0, 10);
    await receiver.waitFor(10);
    await acknowledged();
    await jsm.streams.delete('HUKZ');
    await eventually(async () => (await jsm.streams.info('HUKZ')).config.subjects[0] === 'a.b', {
      what: 'the stream',
      timeoutMs: 15_000,
    });
    await publish('a.b', 10, 20);
    await receiver.waitFor(20, 10_000);
    expect(numbers()).toEqual(upTo(20));
  });

  it('messages that were evicted unread are counted and logged', async () => {
    const app = await start();
    await app.api.webhook(receiver.url, [await app.api.event('a.b')]);
    await publish('a.b', 0, 1);
    await receiver.waitFor(1);
    await acknowledged();
    await app.stop();
    apps.pop();
    const second = await start();
    await publish('a.b', 1, 2);
    await receiver.waitFor(2);
    await ledger.query('begin; lock table messages in access exclusive mode');
    await publish('a.b', 2, 30_002);
    await jsm.streams.purge('HUKZ', { keep: 10 });
    await ledger.query('commit');
    await receiver.waitFor(12, 10_000);
    await eventually(() => logged(second, 'stream.gap').length > 0, { what: 'the alarm' });
    expect(await metric(second, 'hukz_stream_gap_messages_total')).toBeGreaterThan(10_000);
  });

  it('a server that was killed is come back to, with its stream', async () => {
    const port = await findFreePort();
    const storeDir = `/tmp/hukz-test-${process.pid}-${port}`;
    let own = await startTestNats({ jetstream: true, port, storeDir });
    const app = await start({}, own.url);
    await app.api.webhook(receiver.url, [await app.api.event('a.b')]);
    const client = await connect({ servers: own.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    const js = client.jetstream();
    for (let n = 0; n < 100; n++) await js.publish('a.b', JSON.stringify({ n }));
    await own.kill();
    own = await startTestNats({ jetstream: true, port, storeDir });
    await eventually(() => js.publish('a.b', JSON.stringify({ n: 100 })), {
      what: 'the server back',
      timeoutMs: 10_000,
    });
    await receiver.waitFor(101, 15_000);
    expect([...new Set(numbers())]).toEqual(upTo(101));
    await client.close();
    await apps.pop()?.stop();
    await own.stop();
  });
});

it('a server without JetStream ends the start with one sentence', async () => {
  const plain = await startTestNats();
  await expect(start({}, plain.url)).rejects.toThrow(/JetStream is not available.*INTAKE=core/);
  await plain.stop();
});

async function metric(app: TestApp, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${app.app.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
}
