import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { connect } from 'nats';
import type { NatsServer } from '../../internal/local/nats-server.js';
import { type SpawnedRun, spawnHukz } from '../../internal/testkit/command-line/spawn-hukz.js';
import { eventually } from '../../internal/testkit/eventually.js';
import { type GoDatabase, makeGoDatabase } from '../../internal/testkit/go-database/make-go-database.js';
import { testEnvironment } from '../../internal/testkit/kits/instance-environment.js';
import { startInstance } from '../../internal/testkit/kits/test-instance.js';
import { type Receiver, startReceiver } from '../../internal/testkit/servers/receiver.js';
import { startTestNats } from '../../internal/testkit/servers/test-nats.js';

let nats: NatsServer;
let go: GoDatabase;
let receiver: Receiver;
beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(() => nats.stop());
beforeEach(async () => {
  [go, receiver] = await Promise.all([makeGoDatabase(), startReceiver()]);
});
afterEach(async () => {
  await Promise.all([go.drop(), receiver.stop()]);
});

const hukz = (...args: string[]): Promise<SpawnedRun> =>
  spawnHukz(args, { env: testEnvironment({ database: go, natsUrl: nats.url }), cwd: tmpdir() });

it('two instances start at once on the database of the Go service, and deliver; its tables are as they were', async () => {
  const before = await go.picture();
  const parts = { database: go, natsUrl: nats.url };
  const instances = await Promise.all([startInstance(parts), startInstance(parts)]);
  const [{ api }] = instances as [(typeof instances)[0], (typeof instances)[0]];
  await api.webhook(receiver.url, [await api.event('post.created')]);
  const connection = await connect({ servers: nats.url });
  connection.publish('post.created', '{"id":1}');
  await connection.drain();
  await eventually(() => receiver.requests.length === 1, { what: 'the delivery', timeoutMs: 30_000 });
  expect(await Promise.all(instances.map(({ stop }) => stop()))).toEqual([0, 0]);
  expect(await go.picture()).toBe(before);
}, 240_000);

it('migrate and its status tell the truth about it, and the exit code follows', async () => {
  const before = await go.picture();
  const pending = await hukz('migrate', 'status');
  expect([pending.code, pending.said]).toEqual([
    1,
    expect.stringMatching(/^(pending {2}\S+\n)+no migration is applied in the schema "hukz": run "hukz migrate up"\n$/),
  ]);
  expect(await hukz('migrate')).toEqual({ code: 0, said: expect.stringContaining('database.migrated') });
  expect(await hukz('migrate', 'status')).toEqual({ code: 0, said: expect.stringMatching(/^(applied {2}\S+\n)+$/) });
  expect(await hukz('migrate', 'down')).toEqual({ code: 0, said: expect.stringContaining('database.migrated') });
  const partly = await hukz('migrate', 'status');
  expect([partly.code, partly.said]).toEqual([1, expect.stringMatching(/\d+ of \d+ are applied in the schema "hukz"/)]);
  expect(await hukz('migrate', 'move-schema')).toEqual({
    code: 0,
    said: 'nothing to move: the schema of hukz is "hukz" already\n',
  });
  expect(await go.picture()).toBe(before);
}, 240_000);

it('serve and migrate end with a sentence if the schema hukz belongs to something else, and change nothing', async () => {
  await go.query('create schema hukz; create table hukz.events (n int)');
  const before = await go.picture();
  const sentence = 'has tables that hukz did not create (events), and nothing was changed';
  const commands = [['serve'], ['serve', '--no-migrate'], ['migrate'], ['migrate', 'status']];
  for (const command of commands) {
    const { code, said } = await hukz(...command);
    expect([command, code, said]).toEqual([command, 1, expect.stringContaining(sentence)]);
    expect(said).not.toContain('    at ');
  }
  expect(await go.query("select relname from pg_class where relnamespace = 'hukz'::regnamespace")).toEqual([
    { relname: 'events' },
  ]);
  expect(await go.picture()).toBe(before);
}, 240_000);

it('the tables of an earlier version in public are moved on request, and served in both places', async () => {
  const parts = { database: go, natsUrl: nats.url };
  await go.query('drop table webhook_events, webhook_logs, webhooks, events');
  expect((await hukz('migrate')).code).toBe(0);
  await go.query('drop schema public; alter schema hukz rename to public');
  expect((await hukz('migrate', 'status')).said).toContain(
    'the tables are in the schema "public"; "hukz migrate move-schema" moves them\n',
  );
  const before = await startInstance(parts);
  await before.api.event('post.created');
  const refused = await hukz('migrate', 'move-schema');
  expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('instances of hukz are connected')]);
  expect(await before.stop()).toBe(0);
  expect(await hukz('migrate', 'move-schema')).toEqual({
    code: 0,
    said: 'the tables were moved from the schema "public" to "hukz"\n',
  });
  const after = await startInstance(parts);
  expect(await after.metric('hukz_catalog_events')).toBe(1);
  expect(await after.stop()).toBe(0);
}, 240_000);
