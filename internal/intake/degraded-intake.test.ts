import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

const denying = (...subjects: readonly string[]) => `
no_auth_user: all
authorization {
  users: [
    { user: hukz, password: pw, permissions: { subscribe: { deny: ${JSON.stringify(subjects)} } } }
    { user: all, password: all }
  ]
}
`;
const LIMIT = 3;

let database: TestDatabase;
let server: NatsServer;
let nats: NatsConnection;
let receiver: Receiver;
let hukz: TestApp;
let config: string;
let directory: string;

const login = { HUKZ_NATS_USER_NAME: 'hukz', HUKZ_NATS_USER_PASSWORD: 'pw' };
const start = async () => {
  hukz = await startTestApp({ database, natsUrl: server.url }, login);
};

beforeEach(async () => {
  database = await makeTestDatabase();
  receiver = await startReceiver();
  directory = await mkdtemp(join(tmpdir(), 'hukz-degraded-'));
  config = join(directory, 'nats.conf');
  await writeFile(config, `max_subscriptions: ${LIMIT}\n${denying('secret.>')}`);
  server = await startTestNats({ args: ['-c', config] });
  nats = await connect({ servers: server.url });
  await start();
});
afterEach(async () => {
  await hukz.stop();
  await nats.close();
  await server.stop();
  await receiver.stop();
  await rm(directory, { recursive: true });
  await database.drop();
});

/** Changes the permissions of our user while hukz runs. */
const reload = async (text: string) => {
  await writeFile(config, `max_subscriptions: ${LIMIT}\n${text}`);
  process.kill(server.pid, 'SIGHUP');
};
const gauge = async (reason: string) => {
  const text = await (await fetch(`http://127.0.0.1:${hukz.app.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^hukz_intake_degraded\\{reason="${reason}"\\} (\\d+)`, 'm').exec(text)?.[1]);
};
const logged = (name: string) => hukz.logger.lines.filter((line) => line.name === name);
const subjects = async () =>
  (await hukz.api.get('/events')).body.nodes.map(({ event }: { event: string }) => event).sort();

it('an event that the server does not let us subscribe to is refused by POST, PUT and PATCH, and nothing is stored', async () => {
  const { api } = hukz;
  const id = await api.event('open.made');
  for (const answer of [
    await api.post('/events', { event: 'secret.things' }),
    await api.put(`/events/${id}`, { event: 'secret.things' }),
    await api.patch(`/events/${id}`, { event: 'secret.things' }),
  ]) {
    const [error] = answer.body.errors;
    expect([answer.status, error.source]).toEqual([422, 'event']);
    expect(error.message).toBe(
      'NATS does not let hukz subscribe to "secret.things": allow the subject to the NATS user of hukz, or register another one',
    );
  }
  expect(await subjects()).toEqual(['open.made']);
  const ready = await api.get('/health/ready');
  expect([ready.status, ready.body.degraded]).toEqual([200, undefined]);
  await api.webhook(receiver.url, [id]);
  nats.publish('open.made', '{}');
  await receiver.waitFor(1);
});

it('many at once are judged one by one', async () => {
  const names = ['open.a', 'secret.a', 'open.b', 'secret.b', 'secret.a'];
  const answers = await Promise.all(names.map((event) => hukz.api.post('/events', { event })));
  expect(answers.map(({ status }) => status)).toEqual([201, 422, 201, 422, 422]);
  expect(await subjects()).toEqual(['open.a', 'open.b']);
});

it('what is beyond the limit of the server is refused; one that takes the place of another is not', async () => {
  const { api } = hukz;
  const ids = [await api.event('e.1'), await api.event('e.2'), await api.event('e.3')];
  const refused = await api.post('/events', { event: 'e.4' });
  expect([refused.status, refused.body.errors[0].message]).toEqual([422, expect.stringMatching(/raise the limit/)]);
  const moved = await api.patch(`/events/${ids[0]}`, { event: 'e.4' });
  expect([moved.status, moved.body.degraded]).toEqual([200, undefined]);
  await api.webhook(receiver.url, ids);
  for (const subject of ['e.2', 'e.3', 'e.4']) nats.publish(subject, '{}');
  await receiver.waitFor(3);
  expect((await api.get('/health/ready')).body.degraded).toBeUndefined();
});

it('a permission that is withdrawn later degrades its event alone, in readiness, a metric and one line, also after a restart', async () => {
  const { api } = hukz;
  await api.webhook(receiver.url, [await api.event('open.made'), await api.event('other.made')]);
  expect(await gauge('subscription_refused')).toBe(0);
  await reload(denying('other.>'));
  const degraded = { event: 'other.made', reason: 'subscription_refused', problem: expect.stringMatching('allow the') };
  const isTold = async () => (await hukz.api.get('/health/ready')).body.degraded_total === 1;
  await eventually(isTold, { what: 'the degradation' });
  expect(await gauge('subscription_refused')).toBe(1);
  await eventually(() => logged('intake.degraded').length > 0, { what: 'the line' });
  expect(logged('intake.degraded').map(({ fields }) => fields)).toEqual([degraded]);
  await hukz.stop();
  await start();
  const ready = await hukz.api.get('/health/ready');
  expect([ready.status, ready.body.degraded]).toEqual([200, [degraded]]);
  nats.publish('open.made', '{}');
  await receiver.waitFor(1);
  const [other] = (await hukz.api.get('/events')).body.nodes.filter(({ event }: { event: string }) =>
    event.startsWith('other'),
  );
  expect(other.degraded.reason).toBe('subscription_refused');
});

it('nothing is ready when no registered event can be taken', async () => {
  await hukz.api.event('other.made');
  await reload(denying('other.>'));
  const isTold = async () => (await hukz.api.get('/health/ready')).status === 503;
  await eventually(isTold, { what: 'the 503' });
  const { errors } = (await hukz.api.get('/health/ready')).body;
  expect(errors.intake).toMatch(
    /none of the 1 registered events can be received; "other.made": NATS does not let hukz/,
  );
});
