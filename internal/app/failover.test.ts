import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { startInstance, type TestInstance } from '../testkit/kits/test-instance.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { type ReplicatedDatabase, startReplicatedDatabase } from '../testkit/servers/replicated-database.js';
import { startTcpSwitch, type TcpSwitch } from '../testkit/servers/tcp-switch.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

let database: ReplicatedDatabase;
let server: NatsServer;
let nats: NatsConnection;
let receiver: Receiver;
let name: TcpSwitch;
let instance: TestInstance | undefined;

beforeEach(async () => {
  [database, server, receiver] = await Promise.all([startReplicatedDatabase(), startTestNats(), startReceiver()]);
  nats = await connect({ servers: server.url });
  name = await startTcpSwitch(database.primary.port);
});
afterEach(async () => {
  await instance?.kill();
  instance = undefined;
  await nats.close();
  await receiver.stop();
  await name.stop();
  await Promise.all([server.stop(), database.stop()]);
});

const start = async (host: string, port = database.primary.port) => {
  const { user, password } = database.primary;
  const settings = { host, port, user, password, name: database.name, sslMode: 'disable' } as const;
  instance = await startInstance({ database: { settings }, natsUrl: server.url });
  return instance;
};
/** A switch-over: the old server refuses writes, the new server accepts them, and the name resolves to it. */
const moveDatabase = async () => {
  await database.makePrimaryReadOnly();
  await database.promote();
  name.lead(database.standby.port);
};
const sayWhen = (what: string, timeoutMs = 15_000) => ({ what, timeoutMs });

/** A message is delivered, and the API writes. */
const everythingWorks = async ({ api }: TestInstance, mark: string) => {
  const event = await api.event(`after.${mark}`);
  await api.webhook(`${receiver.url}/${mark}`, [event]);
  nats.publish(`after.${mark}`, JSON.stringify({ mark }));
  await eventually(() => receiver.requests.some(({ body }) => String(body).includes(mark)), sayWhen(`${mark} arrives`));
};

describe('a database that moves', () => {
  it('behind its name: sessions that can only read are left, the API writes and the journal goes on within seconds', async () => {
    const { api } = await start(`127.0.0.1:${name.port}`);
    // The pool of the API has several connections, and every one of them has to move.
    const write = (mark: string) => Promise.all(Array.from({ length: 8 }, (_, n) => api.event(`${mark}.${n}`)));
    await write('before');
    await moveDatabase();
    const movedAt = performance.now();
    await write('moved');
    await everythingWorks(instance as TestInstance, 'moved');
    expect(performance.now() - movedAt).toBeLessThan(10_000);
  });

  it('is noticed also when nothing is written but heartbeats: reads are answered by the new server', async () => {
    const { api } = await start(`127.0.0.1:${name.port}`);
    await api.get('/events');
    await moveDatabase();
    await database.sql(
      database.standby,
      `insert into events (created_by_id, updated_by_id, name, event) values (1, 1, 'new', 'only.there')`,
    );
    const isThere = async () => JSON.stringify((await api.get('/events')).body).includes('only.there');
    await eventually(isThere, sayWhen('the API reads what the new server has'));
  });

  it('among several hosts: the one that takes writes is found, at the start and after the primary has died', async () => {
    const { primary, standby } = database;
    const { api } = await start(`127.0.0.1:${standby.port},127.0.0.1`);
    await everythingWorks(instance as TestInstance, 'first');
    await primary.kill();
    await database.promote();
    await eventually(() => api.event('second.write'), sayWhen('the API writes'));
    await everythingWorks(instance as TestInstance, 'second');
  });
});
