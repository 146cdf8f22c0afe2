import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type JetStreamManager, type NatsConnection, headers as natsHeaders } from 'nats';
import { eventually } from '../../testkit/eventually.js';
import { startTestApp, type TestApp } from '../../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { NatsAccounts } from '../../testkit/servers/nats-accounts.js';
import { type Receiver, startReceiver } from '../../testkit/servers/receiver.js';

let nats: NatsAccounts;
let database: TestDatabase;
let receiver: Receiver;
let hukz: TestApp;
let acme: NatsConnection;
let other: NatsConnection;
let event: number;

async function start(): Promise<TestApp> {
  const credsFile = await nats.file('main.creds', nats.creds('main'));
  const app = await startTestApp(
    { database, natsUrl: nats.url },
    { HUKZ_INTAKE: 'jetstream', HUKZ_NATS_CREDS_FILE: credsFile, HUKZ_NATS_ACCOUNTS_DIR: nats.directory },
  );
  // Signing takes a slow machine longer than the server waits for its clients.
  await eventually(async () => (await app.api.get('/health/ready')).status === 200, {
    what: 'hukz is ready',
    timeoutMs: 60_000,
  });
  return app;
}
const streams = async (connection: NatsConnection): Promise<JetStreamManager> => connection.jetstreamManager();
const pending = async (connection: NatsConnection) => {
  const { num_ack_pending, num_pending } = await (await streams(connection)).consumers.info('HUKZ', 'hukz');
  return num_ack_pending + num_pending;
};
const paths = async (count: number) => (await receiver.waitFor(count)).map(({ url }) => url).sort();
const degraded = async () => (await hukz.api.get('/health/ready').expect(200)).body.degraded ?? [];

beforeAll(async () => {
  nats = await NatsAccounts.start(['acme', 'other'], { jetstream: true });
  database = await makeTestDatabase();
  receiver = await startReceiver();
  await nats.put('7.creds', nats.creds('acme'));
  await nats.put('8.creds', nats.creds('other'));
  hukz = await start();
  event = await hukz.api.event('orders.*');
  for (const space of [7, 8]) await hukz.api.webhook(`${receiver.url}/${space}`, [event], { space_id: space });
  await hukz.api.patch('/spaces/8', { isolation: 'strict' });
  [acme, other] = await Promise.all([nats.connect('acme'), nats.connect('other')]);
});

afterAll(async () => {
  await hukz.stop();
  await nats.close();
  await receiver.stop();
  await database.drop();
});

it('each account has a stream and a consumer of its own, and its messages reach its space alone', async () => {
  await eventually(async () => (await (await streams(acme)).streams.info('HUKZ')).config.subjects?.[0] === 'orders.*', {
    what: 'the stream in acme',
  });
  await eventually(
    async () => (await (await streams(other)).streams.info('HUKZ')).config.subjects?.[0] === 'orders.*',
    {
      what: 'the stream in other',
    },
  );
  for (let n = 0; n < 5; n++) await acme.jetstream().publish('orders.a', `{"n":${n}}`, { msgID: `m${n}` });
  for (let n = 0; n < 3; n++) await other.jetstream().publish('orders.a', `{"n":${n}}`, { msgID: `m${n}` });
  const claim = natsHeaders();
  claim.set('Hukz-Space', '8');
  await acme.jetstream().publish('orders.a', '{}', { headers: claim });
  await eventually(async () => (await pending(acme)) + (await pending(other)) === 0, { what: 'all are acknowledged' });
  expect(await paths(8)).toEqual(['/7', '/7', '/7', '/7', '/7', '/8', '/8', '/8']);
  expect(await degraded()).toEqual([]);
});

it('what an account publishes while hukz is away is delivered after it, once', async () => {
  await hukz.stop();
  const before = receiver.requests.length;
  for (let n = 0; n < 4; n++) await acme.jetstream().publish('orders.b', `{"n":${n}}`);
  await other.jetstream().publish('orders.b', '{}');
  hukz = await start();
  await eventually(async () => (await pending(acme)) + (await pending(other)) === 0, { what: 'all are acknowledged' });
  const all = await receiver.waitFor(before + 5);
  expect(
    all
      .slice(before)
      .map(({ url }) => url)
      .sort(),
  ).toEqual(['/7', '/7', '/7', '/7', '/8']);
  const lines = hukz.logger.lines.filter(({ level }) => level === 'error' || level === 'warn');
  expect(lines.filter(({ name }) => name.startsWith('stream.') || name.startsWith('journal.'))).toEqual([]);
});

it('a file that changes loses and doubles nothing, and the consumers of other accounts stay', async () => {
  const before = receiver.requests.length;
  const count = 40;
  const publishing = (async () => {
    for (let n = 0; n < count; n++) await acme.jetstream().publish('orders.c', `{"n":${n}}`);
  })();
  await nats.put('7.creds', nats.creds('acme'));
  await publishing;
  await eventually(() => hukz.logger.lines.some(({ name }) => name === 'account.renewed'), { what: 'renewed' });
  await eventually(async () => (await pending(acme)) === 0, { what: 'all are acknowledged' });
  await receiver.waitFor(before + count);
  expect(new Set(receiver.requests.slice(before).map(({ body }) => String(body))).size).toBe(count);
  const second = await hukz.api.event('later.*');
  await hukz.api.delete(`/events/${second}`).expect(200);
  expect((await (await streams(other)).consumers.info('HUKZ', 'hukz')).name).toBe('hukz');
});

it('an account without JetStream is told, and the others go on', async () => {
  const before = receiver.requests.length;
  await nats.put('9.creds', nats.creds('bare'));
  await eventually(async () => (await degraded()).length === 1, { what: 'the account is told' });
  expect(await degraded()).toEqual([
    expect.objectContaining({
      account: '9',
      reason: 'account_not_connected',
      problem: expect.stringMatching(/JetStream/),
    }),
  ]);
  await other.jetstream().publish('orders.d', '{}');
  await receiver.waitFor(before + 1);
  await nats.remove('9.creds');
  await eventually(async () => (await degraded()).length === 0, { what: 'all is well' });
});
