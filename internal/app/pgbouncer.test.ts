import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { startInstance, type TestInstance } from '../testkit/kits/test-instance.js';
import { findPgBouncer, type PgBouncer, startPgBouncer } from '../testkit/servers/pgbouncer.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

const program = findPgBouncer() ?? '';
let server: NatsServer;
let nats: NatsConnection;
let database: TestDatabase;
let receiver: Receiver;
let bouncer: PgBouncer | undefined;
let instances: TestInstance[];

beforeAll(async () => {
  server = await startTestNats();
  nats = await connect({ servers: server.url });
});
afterAll(async () => {
  await nats.close();
  await server.stop();
});
beforeEach(async () => {
  [database, receiver] = await Promise.all([makeTestDatabase(), startReceiver()]);
  instances = [];
});
afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.kill()));
  await bouncer?.stop();
  bouncer = undefined;
  await receiver.stop();
  await database.drop();
}, 30_000);

const start = async (settings: Readonly<Record<string, string>>) => {
  bouncer ??= await startPgBouncer(program, database.settings, settings);
  const behind = { settings: { ...database.settings, host: '127.0.0.1', port: bouncer.port } };
  const instance = await startInstance({ database: behind, natsUrl: server.url });
  instances.push(instance);
  return instance;
};

(program ? describe : describe.skip)('behind PgBouncer (skipped where none is installed)', () => {
  it.each([
    ['refused, as by default', {}],
    ['ignored', { ignore_startup_parameters: 'extra_float_digits,statement_timeout,lock_timeout,options' }],
  ])(
    'session pooling works, startup parameters %s',
    async (_how, settings: Readonly<Record<string, string>>) => {
      const [first, second] = [await start({ pool_mode: 'session', ...settings }), await start({})];
      await first.api.webhook(receiver.url, [await first.api.event('a.b')]);
      // The other instance learns of the webhook by a notification.
      const knows = async () => (await second.metric('hukz_catalog_webhooks')) === 1;
      await eventually(knows, { what: 'both instances know the webhook', timeoutMs: 15_000 });
      for (let n = 0; n < 200; n++) nats.publish('a.b', `{"n":${n}}`);
      await eventually(() => receiver.requests.length >= 200, { what: '200 requests', timeoutMs: 30_000 });
      expect(receiver.requests).toHaveLength(200);
    },
    90_000,
  );

  it.each(['transaction', 'statement'])(
    '%s pooling is refused at the start, in a sentence',
    async (mode) => {
      const problem = await start({ pool_mode: mode }).catch(String);
      expect(problem).toContain('shares its sessions among clients');
      expect(problem).toContain('pool_mode = session');
    },
    60_000,
  );
});
