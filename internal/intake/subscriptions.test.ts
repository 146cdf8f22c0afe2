import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { startTestNats } from '../testkit/servers/test-nats.js';
import { makeClientBoundary } from './client-boundary.js';
import { RETRY_REFUSED_MS, Subscriptions } from './subscriptions.js';

let directory: string;
let server: NatsServer;
let publisher: NatsConnection;
let connection: NatsConnection;
let subscriptions: Subscriptions;
let subjects: string[];
let taken: string[];
let ms: number;

const LIMIT = 5;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hukz-subscriptions-'));
  const config = join(directory, 'nats.conf');
  const users = `{ user: all, password: all }, { user: hukz, password: hukz, permissions: { subscribe: { deny: "secret.>" } } }`;
  await writeFile(config, `max_subscriptions: ${LIMIT}\nno_auth_user: all\nauthorization { users: [${users}] }`);
  server = await startTestNats({ args: ['-c', config] });
  publisher = await connect({ servers: server.url });
  connection = await connect({ servers: server.url, user: 'hukz', pass: 'hukz', reconnectTimeWait: 50 });
  subjects = [];
  taken = [];
  ms = 0;
  subscriptions = new Subscriptions({
    queueGroup: 'hukz',
    subjects: () => subjects,
    isInbox: (subject) => subject.startsWith('_INBOX.'),
    accept: async ({ subject }) => {
      taken.push(subject);
      return { outcome: 'unregistered' };
    },
    boundary: makeClientBoundary(),
    now: () => ms,
    logger: makeTestLogger(),
  });
  subscriptions.attach(connection);
});
afterEach(async () => {
  await connection.close();
  await publisher.close();
  await server.stop();
  await rm(directory, { recursive: true });
});

const upTo = (count: number) => Array.from({ length: count }, (_, n) => `e.${n}`);
const degraded = () => subscriptions.degraded().map(({ event }) => event);
const firing = async () => {
  taken = [];
  for (const subject of subjects) publisher.publish(subject);
  await publisher.flush();
  await connection.flush();
  return [...taken].sort();
};

it('what is beyond the limit of the server is degraded, and the others are taken', async () => {
  subjects = upTo(LIMIT + 3);
  await subscriptions.reconcile();
  expect(degraded()).toEqual(['e.5', 'e.6', 'e.7']);
  const [first] = subscriptions.degraded();
  expect(first).toMatchObject({
    reason: 'subscription_refused',
    problem: expect.stringMatching(/maximum subscriptions exceeded.*raise/),
  });
  expect(await firing()).toEqual(upTo(LIMIT));
});

it('what was refused is tried again, one at a time, once there may be room', async () => {
  subjects = upTo(LIMIT + 3);
  await subscriptions.reconcile();
  subjects = subjects.filter((subject) => subject !== 'e.0' && subject !== 'e.1');
  await subscriptions.reconcile();
  expect(degraded()).toEqual(['e.5', 'e.6', 'e.7']);
  ms += RETRY_REFUSED_MS;
  await subscriptions.reconcile();
  expect(degraded()).toEqual(['e.7']);
  expect(await firing()).toEqual(['e.2', 'e.3', 'e.4', 'e.5', 'e.6']);
});

it('a subject that is forbidden is degraded, and harms no other, however often it is tried again', async () => {
  subjects = ['a.b', 'secret.one', 'c.d', 'secret.two'];
  await subscriptions.reconcile();
  for (let round = 0; round < 3; round++) {
    expect(degraded()).toEqual(['secret.one', 'secret.two']);
    expect(await firing()).toEqual(['a.b', 'c.d']);
    ms += RETRY_REFUSED_MS;
    await subscriptions.reconcile();
  }
});

it('the limit is found again after a reconnection', async () => {
  subjects = upTo(LIMIT);
  await subscriptions.reconcile();
  expect(degraded()).toEqual([]);
  await publisher.close();
  await server.stop();
  await writeFile(join(directory, 'nats.conf'), 'max_subscriptions: 3');
  server = await startTestNats({ port: server.port, args: ['-c', join(directory, 'nats.conf')] });
  await eventually(() => connection.flush().then(() => true), { what: 'reconnected', timeoutMs: 15_000 });
  publisher = await connect({ servers: server.url });
  subscriptions.restored();
  await subscriptions.reconcile();
  expect(degraded()).toEqual(['e.3', 'e.4']);
  expect(await firing()).toEqual(upTo(3));
});
