import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';
import { runAsAdmin } from '../testkit/servers/test-server.js';

let server: NatsServer;
let nats: NatsConnection;
let database: TestDatabase;
let [kept, old, fresh]: Receiver[] = [];
let apps: TestApp[];

beforeEach(async () => {
  server = await startTestNats({ jetstream: true });
  nats = await connect({ servers: server.url });
  database = await makeTestDatabase();
  [kept, old, fresh] = await Promise.all([startReceiver(), startReceiver(), startReceiver()]);
  apps = [];
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  await Promise.all([kept, old, fresh].map((receiver) => receiver?.stop()));
  await nats.close();
  await server.stop();
  await runAsAdmin(database.settings, `drop database if exists ${backup()}`);
  await database.drop();
});

const backup = () => `${database.settings.name}_backup`;
const admin = (sql: string) => runAsAdmin(database.settings, sql);

/** Does work on the database that requires all connections to be closed, like a failover. */
async function apart(work: () => Promise<void>): Promise<void> {
  const { name } = database.settings;
  await admin(`alter database ${name} allow_connections false`);
  await admin(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}'`);
  await work();
  await admin(`alter database ${name} allow_connections true`);
}

const save = () => apart(() => admin(`create database ${backup()} template ${database.settings.name}`));

/** The backup replaces the database under the running instances, which see no database meanwhile. */
const restore = () =>
  apart(async () => {
    const { name } = database.settings;
    await admin(`alter database ${name} rename to ${name}_gone`);
    await admin(`drop database ${name}_gone`);
    await admin(`alter database ${backup()} rename to ${name}`);
  });

it.each(['core', 'jetstream'])(
  'a database that went back is followed: what it has not is gone, ids that are made again are new (%s)',
  async (intake) => {
    const start = async () => {
      const app = await startTestApp({ database, natsUrl: server.url }, { HUKZ_INTAKE: intake });
      apps.push(app);
      return app;
    };
    const [one, two] = [await start(), await start()];
    const known = one.api;
    const event = await known.event('kept.event');
    await known.webhook(kept?.url ?? '', [event]);
    await save();
    const lost = await eventuallyAnswered(() => known.webhook(old?.url ?? '', [event], { max_in_flight: 1 }));
    const lostEvent = await known.event('lost.event');
    // These are more deliveries than one request at a time sends. The rest waits in memory for a receiver that the
    // backup does not know.
    old?.behave({ delayMs: 3000 });
    for (let n = -10; n < 0; n++) nats.publish('kept.event', JSON.stringify({ n }));
    await kept?.waitFor(10);
    await old?.waitFor(1);
    await restore();
    // The changes after the restore overtake the number of the lost changes.
    const again = await eventuallyAnswered(() => two.api.webhook(fresh?.url ?? '', [event]));
    const madeEvent = await two.api.event('made.event');
    await two.api.event('another.event');
    expect([again, madeEvent]).toEqual([lost, lostEvent]);
    await two.api.put(`/webhooks/${again}`, { name: 'w', url: fresh?.url, event_ids: [event, madeEvent] });
    const catalogs = () =>
      apps.map(({ logger }) => logger.lines.filter(({ name }) => name === 'catalog.went_back').length);
    await eventually(() => catalogs().every((count) => count === 1), { what: 'both notice, once', timeoutMs: 20_000 });
    for (let n = 0; n < 40; n++) {
      nats.publish('kept.event', JSON.stringify({ n }));
      nats.publish('made.event', JSON.stringify({ n }));
      nats.publish('lost.event', JSON.stringify({ n }));
    }
    await kept?.waitFor(50, 20_000);
    await fresh?.waitFor(80, 20_000);
    expect(numbers(fresh).filter((n) => n < 0)).toEqual([]);
    expect(numbers(old).filter((n) => n >= 0)).toEqual([]);
    expect([kept?.requests.length, fresh?.requests.length]).toEqual([50, 80]);
    expect(numbers(old).length).toBeLessThan(10);
  },
  60_000,
);

const numbers = (receiver: Receiver | undefined) =>
  (receiver?.requests ?? []).map(({ body }) => JSON.parse(String(body)).payload.n as number);

/** Repeats the request until the instance has found the database again. */
async function eventuallyAnswered<T>(ask: () => Promise<T>): Promise<T> {
  const answers: T[] = [];
  await eventually(async () => answers.push(await ask()) > 0, { what: 'an answer', timeoutMs: 20_000 });
  return answers[0] as T;
}
