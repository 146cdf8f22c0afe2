import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type JetStreamManager, type JsMsg, type NatsConnection, nanos, headers as natsHeaders } from 'nats';
import { findFreePort } from '../local/free-port.js';
import type { NatsServer } from '../local/nats-server.js';
import { type Ledger, openLedger } from '../testkit/account.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { startInstance, type TestInstance } from '../testkit/kits/test-instance.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

let server: NatsServer;
let nats: NatsConnection;
let jsm: JetStreamManager;
let database: TestDatabase;
let ledger: Ledger;
let receiver: Receiver;
let running: TestInstance[];
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
  running = [];
  apps = [];
});
afterEach(async () => {
  await Promise.all([...running.map((instance) => instance.kill()), ...apps.map((app) => app.stop())]);
  for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
  await receiver.stop();
  await ledger.close();
  await database.drop();
});

const start = async (more: Readonly<Record<string, string>> = {}) => {
  const settings = { HUKZ_INTAKE: 'jetstream', HUKZ_INSTANCE_TIMEOUT: '2s', ...more };
  const instance = await startInstance({ database, natsUrl: server.url }, settings);
  running.push(instance);
  return instance;
};
/** The app runs in this process, which is faster. It is never killed. */
const open = async (more: Readonly<Record<string, string>> = {}, natsUrl = server.url) => {
  const app = await startTestApp({ database, natsUrl }, { HUKZ_INTAKE: 'jetstream', ...more });
  apps.push(app);
  return app;
};
/** Sets the time after which the messages of a dead instance are redelivered. */
const redeliverAfter = (ms: number, { consumers } = jsm) => consumers.update('HUKZ', 'hukz', { ack_wait: nanos(ms) });
/** An instance has two pull requests waiting, which ask for all published messages. */
const bothPull = () =>
  eventually(async () => (await jsm.consumers.info('HUKZ', 'hukz')).num_waiting > 2, { what: 'both to pull' });
/** Publishes without waiting for acknowledgements, but lets the socket have its turn. */
const publish = async (subject: string, count: number, keys: number) => {
  for (let n = 0; n < count; n++) {
    nats.publish(subject, JSON.stringify({ n, key: n % keys }));
    if (n % 20 === 19) await nats.flush();
  }
  await nats.flush();
};
const steps = () => receiver.requests.map(({ body }) => JSON.parse(String(body)).payload as { n: number; key: number });
/** Messages that arrived after a later one of their key. Repetitions of a message count once. */
const overtaken = () => {
  const newest = new Map<number, number>();
  const seen = new Set<number>();
  let count = 0;
  for (const { n, key } of steps()) {
    if (seen.has(n)) continue;
    seen.add(n);
    if (n < (newest.get(key) ?? -1)) count++;
    newest.set(key, Math.max(n, newest.get(key) ?? -1));
  }
  return { received: seen.size, overtaken: count };
};
const received = (count: number, timeoutMs = 60_000) =>
  eventually(() => new Set(steps().map(({ n }) => n)).size >= count, { what: `${count} messages`, timeoutMs });
const ordered = { ordering: { pointer: '/key' } };

describe('two instances that read one stream', () => {
  it.each([
    [1, 2000],
    [20, 4000],
  ])(
    'send %i key(s) in the order of the stream, whoever commits first',
    async (keys, count) => {
      const [one] = await Promise.all([start(), start()]);
      await one.api.webhook(receiver.url, [await one.api.event('a.b')], ordered);
      await bothPull();
      await publish('a.b', count, keys);
      await received(count);
      expect(overtaken()).toEqual({ received: count, overtaken: 0 });
      const accepted = await Promise.all(running.map((each) => each.metric('hukz_messages_accepted_total')));
      expect(Math.min(...accepted)).toBeGreaterThan(0);
    },
    90_000,
  );

  it('keep it when one of them is killed, and what it had comes again', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await one.api.webhook(receiver.url, [await one.api.event('a.b')], ordered);
    await redeliverAfter(3000);
    const publishing = publish('a.b', 4000, 20);
    await receiver.waitFor(200);
    await two.kill();
    await publishing;
    await received(4000);
    expect(overtaken()).toEqual({ received: 4000, overtaken: 0 });
  }, 90_000);
});

describe('a message with very many deliveries', () => {
  it('is not overtaken by the one after it', async () => {
    const [one] = await Promise.all([open(), open()]);
    const event = await one.api.event('a.b');
    await one.api.webhook(receiver.url, [event], { ...ordered, tags: { is: 'ordered' } });
    // Each wide message takes several turns to prepare. Its deliveries to these webhooks are parked.
    await ledger.query(
      `with made as (
         insert into webhooks (created_by_id, updated_by_id, name, url, enabled, paused_at)
         select 1, 1, '', 'http://127.0.0.1:9/', true, now() from generate_series(1, 3000) returning id
       ) insert into webhook_events select id, $1 from made`,
      [event],
    );
    const webhooksOf = async ({ app }: TestApp) => {
      const metrics = await (await fetch(`http://127.0.0.1:${app.metricsPort}/metrics`)).text();
      return Number(/^hukz_catalog_webhooks (\d+)/m.exec(metrics)?.[1]);
    };
    const isKnown = async () => (await Promise.all(apps.map(webhooksOf))).every((count) => count === 3001);
    await eventually(isKnown, { what: 'the catalog of both' });
    const narrow = natsHeaders();
    narrow.set('Hukz-Tag', 'is:ordered');
    for (let n = 0; n < 60; n++)
      nats.publish('a.b', JSON.stringify({ n, key: 1 }), n % 10 === 0 ? {} : { headers: narrow });
    await nats.flush();
    await received(60);
    expect(overtaken()).toEqual({ received: 60, overtaken: 0 });
  }, 90_000);
});

describe('while a message is unacknowledged by an instance that died', () => {
  let stolen: JsMsg;
  let plain: Receiver;

  /** The test receives one of the first few messages and never acknowledges it. */
  beforeEach(async () => {
    plain = await startReceiver();
    const { api } = await open();
    const event = await api.event('a.b');
    await api.webhook(receiver.url, [event], ordered);
    await api.webhook(plain.url, [event]);
    const consumer = await nats.jetstream().consumers.get('HUKZ', 'hukz');
    const stealing = consumer.next({ expires: 30_000 });
    const isAsked = async () => (await jsm.consumers.info('HUKZ', 'hukz')).num_waiting >= 3;
    await eventually(isAsked, { what: 'our request beside those of the instance' });
    await publish('a.b', 20, 1);
    const message = await stealing;
    if (!message) throw new Error('nothing came');
    stolen = message;
    await plain.waitFor(19);
    await received(stolen.seq - 1);
  });
  afterEach(() => plain.stop());
  const numbers = () => steps().map(({ n }) => n);
  const all = Array.from({ length: 20 }, (_, n) => n);
  const but = () => all.filter((n) => n !== stolen.seq - 1);

  it('earlier messages are sent and later ones wait until it is redelivered, and other keys do not wait', async () => {
    expect(plain.requests).toHaveLength(19);
    expect(numbers()).toEqual(all.slice(0, stolen.seq - 1));
    expect(await ledger.account()).toMatchObject({ held: 20 - stolen.seq });
    stolen.nak();
    await received(20);
    expect(numbers()).toEqual(all);
  });

  it('and it is removed from its stream, the others go on in their order', async () => {
    await jsm.streams.deleteMessage('HUKZ', stolen.seq);
    await received(19);
    expect(numbers()).toEqual(but());
  });

  it('it comes again in its place from a consumer that was made again', async () => {
    await jsm.consumers.delete('HUKZ', 'hukz');
    await received(20);
    expect(numbers()).toEqual(all);
  });

  it.each([
    ['is deleted', async () => void (await jsm.streams.delete('HUKZ'))],
    [
      'is read by nobody any more because INTAKE is core',
      async () => {
        await Promise.all(apps.splice(0).map((app) => app.stop()));
        await open({ HUKZ_INTAKE: 'core' });
      },
    ],
  ])(
    'and its stream %s, the others go on in their order',
    async (_name, end) => {
      await end();
      await received(19);
      expect(numbers()).toEqual(but());
    },
    60_000,
  );
});

it('the order outlives a nats-server that is killed while messages are on their way', async () => {
  const port = await findFreePort();
  const storeDir = `/tmp/hukz-test-${process.pid}-${port}`;
  let own = await startTestNats({ jetstream: true, port, storeDir });
  const [one] = await Promise.all([open({}, own.url), open({}, own.url)]);
  await one.api.webhook(receiver.url, [await one.api.event('a.b')], ordered);
  const client = await connect({ servers: own.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  await redeliverAfter(3000, await client.jetstreamManager());
  const send = async (from: number, to: number) => {
    const sending = Array.from({ length: to - from }, (_, index) =>
      client.jetstream().publish('a.b', JSON.stringify({ n: from + index, key: index % 3 })),
    );
    await Promise.all(sending);
  };
  await send(0, 300);
  await own.kill();
  own = await startTestNats({ jetstream: true, port, storeDir });
  const isBack = () => client.jetstream().publish('a.b', JSON.stringify({ n: 300, key: 0 }));
  await eventually(isBack, { what: 'the server back', timeoutMs: 10_000 });
  await send(301, 600);
  await received(600);
  expect(overtaken()).toEqual({ received: 600, overtaken: 0 });
  await client.close();
  await Promise.all(apps.splice(0).map((app) => app.stop()));
  await own.stop();
}, 90_000);
