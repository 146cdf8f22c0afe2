import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import supertest from 'supertest';
import type { NatsServer } from '../local/nats-server.js';
import { makeKnex } from '../store/postgres/knex.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTcpSwitch, type TcpSwitch } from '../testkit/servers/tcp-switch.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

/** No server listens on this port. */
const NOWHERE = 1;

let database: TestDatabase;
let toDatabase: TcpSwitch;
let server: NatsServer;
let receiver: Receiver;
let hukz: TestApp;

const start = (settings: Readonly<Record<string, string>> = {}) =>
  startTestApp(
    { database: { settings: { ...database.settings, port: toDatabase.port } }, natsUrl: server.url },
    settings,
  );
const publish = (app: TestApp, message: object) =>
  supertest(`http://127.0.0.1:${app.app.port}`).post('/messages').set('x-user', '1').send(message);
const rows = async (table: string) => {
  const db = makeKnex(database.connection, { max: 1 });
  const found = await db(table).select();
  await db.destroy();
  return found;
};
const payloads = () => receiver.requests.map(({ body }) => JSON.parse(body.toString()).payload);

beforeAll(async () => {
  database = await makeTestDatabase();
  toDatabase = await startTcpSwitch(database.settings.port);
  server = await startTestNats();
  receiver = await startReceiver();
  hukz = await start();
  const event = await hukz.api.event('a.b');
  await hukz.api.webhook(receiver.url, [event]);
});
afterAll(async () => {
  await hukz.stop();
  await receiver.stop();
  await server.stop();
  await toDatabase.stop();
  await database.drop();
});

describe('publishing over HTTP', () => {
  beforeEach(() => receiver.forget());

  it('is refused while PostgreSQL is away, with nothing stored, and goes on when it is back', async () => {
    await publish(hukz, { event: 'a.b', payload: 'before' }).expect(202);
    await receiver.waitFor(1);
    const before = (await rows('messages')).length;
    toDatabase.lead(NOWHERE);
    toDatabase.cut();
    await eventually(async () => (await publish(hukz, { event: 'a.b', payload: 'lost' })).status === 503, {
      what: 'a refusal',
      timeoutMs: 20_000,
    });
    const answer = await publish(hukz, { event: 'a.b', payload: 'refused' });
    expect([answer.status, answer.body.errors[0].message]).toEqual([
      503,
      'PostgreSQL is away or too busy; nothing was stored, try again later',
    ]);
    toDatabase.lead(database.settings.port);
    await eventually(async () => (await publish(hukz, { event: 'a.b', payload: 'after' })).status === 202, {
      what: 'the first message after the outage',
      timeoutMs: 20_000,
    });
    await eventually(() => payloads().includes('after'), { what: 'its delivery', timeoutMs: 20_000 });
    expect(payloads()).not.toContain('refused');
    expect((await rows('messages')).length).toBeLessThanOrEqual(before + 2);
  });

  it('is refused with 429 while the intake is full, and with nothing stored', async () => {
    const small = await start({ HUKZ_INTAKE_MAX_MESSAGES: '1', HUKZ_QUEUE_GROUP: 'small' });
    const db = makeKnex(database.connection, { max: 1 });
    const waiting = await db.transaction(async (blocking) => {
      await blocking.raw('lock table message_ids in access exclusive mode');
      const first = publish(small, { event: 'a.b', payload: 'waits' }).then((answer) => answer);
      await eventually(
        async () => {
          const text = await (await fetch(`http://127.0.0.1:${small.app.metricsPort}/metrics`)).text();
          return text.includes('hukz_messages_waiting 1');
        },
        { what: 'the first message waits for its commit' },
      );
      const { status, headers } = await publish(small, { event: 'a.b', payload: 'no room' });
      expect([status, headers['retry-after']]).toEqual([429, '1']);
      return { first };
    });
    expect((await waiting.first).status).toBe(202);
    await eventually(() => payloads().includes('waits'), { what: 'the delivery' });
    expect(payloads()).not.toContain('no room');
    const text = await (await fetch(`http://127.0.0.1:${small.app.metricsPort}/metrics`)).text();
    expect(text).toContain('hukz_http_messages_total{status="429"} 1');
    expect(text).toContain('hukz_messages_dropped_total 0');
    await db.destroy();
    await small.stop();
  });

  it('works while NATS is away, and says so to a load balancer of publishers', async () => {
    const away = await startTestNats();
    const alone = await startTestApp({ database, natsUrl: away.url }, { HUKZ_QUEUE_GROUP: 'alone' });
    await away.stop();
    await eventually(async () => (await alone.api.get('/health/ready')).status === 503, { what: 'NATS is missed' });
    await publish(alone, { event: 'a.b', payload: 'without NATS' }).expect(202);
    await eventually(() => payloads().includes('without NATS'), { what: 'the delivery' });
    expect((await alone.api.get('/health/publish')).body).toEqual({ status: 'ok' });
    await alone.stop();
  });

  it('through NATS reaches other subscribers, and is refused while NATS is away', async () => {
    const nats = await startTestNats();
    const through = await startTestApp(
      { database, natsUrl: nats.url },
      { HUKZ_HTTP_PUBLISH: 'nats', HUKZ_QUEUE_GROUP: 'n' },
    );
    const connection: NatsConnection = await connect({ servers: nats.url });
    const heard: string[] = [];
    connection.subscribe('a.>', { callback: (_, message) => void heard.push(message.string()) });
    await connection.flush();
    const sent = await publish(through, { event: 'a.b', payload: 'through NATS' }).expect(202);
    expect(sent.body).toEqual({ message_id: null, webhooks: null, duplicate: false });
    await eventually(() => payloads().includes('through NATS'), { what: 'the delivery' });
    await eventually(() => heard.length > 0, { what: 'the other subscriber' });
    expect(heard).toEqual(['"through NATS"']);
    await publish(through, { event: 'not.registered', payload: 1 }).expect(404);
    await publish(through, { event: '$SYS.x', payload: 1 }).expect(422);
    await connection.close();
    await nats.stop();
    await eventually(async () => (await publish(through, { event: 'a.b', payload: 'x' })).status === 503, {
      what: 'the refusal without NATS',
    });
    expect((await through.api.get('/health/publish')).status).toBe(503);
    await through.stop();
  });

  it('into a stream is answered by the acknowledgement of the stream', async () => {
    const nats = await startTestNats({ jetstream: true });
    const through = await startTestApp(
      { database, natsUrl: nats.url },
      { HUKZ_HTTP_PUBLISH: 'nats', HUKZ_INTAKE: 'jetstream', HUKZ_QUEUE_GROUP: 'j' },
    );
    await eventually(async () => (await through.api.get('/health/ready')).status === 200, { what: 'the stream' });
    const message = { event: 'a.b', payload: 'into the stream', id: 'once' };
    const first = await publish(through, message).expect(202);
    expect(first.body).toEqual({ message_id: null, webhooks: null, duplicate: false, stream: 'HUKZ', sequence: 1 });
    expect((await publish(through, message).expect(202)).body).toMatchObject({ duplicate: true, sequence: 1 });
    await eventually(() => payloads().includes('into the stream'), { what: 'the delivery' });
    await through.stop();
    await nats.stop();
  });

  it('is refused with a sentence if it is off', async () => {
    const off = await start({ HUKZ_HTTP_PUBLISH: 'off', HUKZ_QUEUE_GROUP: 'off' });
    const { status, body } = await publish(off, { event: 'a.b' });
    expect([status, body.errors[0].message]).toEqual([403, expect.stringContaining('HTTP_PUBLISH=off')]);
    expect((await off.api.get('/health/publish')).status).toBe(503);
    await off.stop();
  });
});
