import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from 'nats';
import type { NatsServer } from '../../internal/local/nats-server.js';
import { spawnHukz } from '../../internal/testkit/command-line/spawn-hukz.js';
import { eventually } from '../../internal/testkit/eventually.js';
import { type GoDatabase, makeGoDatabase } from '../../internal/testkit/go-database/make-go-database.js';
import { testEnvironment } from '../../internal/testkit/kits/instance-environment.js';
import { startInstance } from '../../internal/testkit/kits/test-instance.js';
import { findOlderPostgres, startOlderPostgres } from '../../internal/testkit/servers/older-postgres.js';
import { startReceiver } from '../../internal/testkit/servers/receiver.js';
import { startTestNats } from '../../internal/testkit/servers/test-nats.js';

jest.setTimeout(240_000);

let nats: NatsServer;
beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(() => nats.stop());

/** A database of the Go service on a server of this version, which ends after the tests of the group. */
function useVersion(native: string) {
  let go: GoDatabase;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const server = await startOlderPostgres(native);
    stop = server.stop;
    const { host, port, user, password } = server;
    go = await makeGoDatabase({ server: { host, port, user, password } });
  });
  afterAll(() => stop?.());
  const hukz = (...args: readonly string[]) =>
    spawnHukz(args, {
      env: { ...testEnvironment({ database: go, natsUrl: nats.url }), HUKZ_LOG_LEVEL: 'error' },
      cwd: tmpdir(),
    });
  return { go: () => go, hukz };
}

const thirteen = findOlderPostgres(13);
(thirteen ? describe : describe.skip)(
  'PostgreSQL 13, the oldest supported one (skipped where it is not installed)',
  () => {
    const { go, hukz } = useVersion(thirteen ?? '');

    it('has every step of the switch from the Go service, whose tables stay as they are until --back', async () => {
      expect(await go().query('show server_version_num')).toEqual([
        { server_version_num: expect.stringMatching(/^13/) },
      ]);
      const before = await go().picture();
      expect(await hukz('doctor', '--from-go')).toMatchObject({
        said: expect.stringContaining('ok        database: PostgreSQL 13'),
      });
      expect(await hukz('import', '--logs', '3650d')).toMatchObject({
        code: 0,
        said: expect.stringContaining('9 logs were brought'),
      });

      const receiver = await startReceiver();
      const instance = await startInstance({ database: go(), natsUrl: nats.url });
      const publisher = await connect({ servers: nats.url });
      try {
        const webhook = await instance.api.webhook(receiver.url, [1]);
        publisher.publish('post.created', '{"id":1}');
        const [request] = await receiver.waitFor(1);
        expect(JSON.parse(String(request?.body)).payload).toEqual({ id: 1 });
        const logs = async () => (await instance.api.get(`/webhooks/logs?webhook_id=${webhook}`)).body.nodes;
        await eventually(async () => (await logs()).length === 1, { what: 'the log' });
        expect((await logs())[0]).toMatchObject({ outcome: 'delivered', data: { payload: { id: 1 } } });
        expect(await go().picture()).toBe(before);
      } finally {
        await publisher.close();
        await receiver.stop();
        expect(await instance.stop()).toBe(0);
      }

      expect(await hukz('import', '--delta')).toEqual({ code: 0, said: '0 events and 0 webhooks were brought\n' });
      expect(await go().picture()).toBe(before);
      const back = await hukz('import', '--back', '--logs', '90d');
      expect([back.code, back.said]).toEqual([0, expect.stringContaining('0 events and 1 webhooks were written')]);
    });

    it('has its migrations undone and done again', async () => {
      expect((await hukz('migrate', 'down')).code).toBe(0);
      expect((await hukz('migrate')).code).toBe(0);
      expect((await hukz('migrate', 'status')).code).toBe(0);
    });
  },
);

const twelve = findOlderPostgres(12);
(twelve ? describe : describe.skip)('PostgreSQL 12, which is too old (skipped where it is not installed)', () => {
  const { go, hukz } = useVersion(twelve ?? '');

  it.each([
    [['serve']],
    [['serve', '--fail-fast']],
    [['migrate']],
    [['migrate', 'status']],
    [['import']],
    [['import', '--dry-run']],
    [['import', '--back']],
    [['doctor', '--from-go']],
  ])('is refused by hukz %p in a sentence, and nothing is written', async (args) => {
    const before = await go().picture();
    const { code, said } = await hukz(...args);
    expect([code, said]).toEqual([
      1,
      expect.stringContaining('PostgreSQL 12 is too old: hukz needs PostgreSQL 13 or newer'),
    ]);
    expect(said).not.toMatch(/^\s+at /m);
    expect(await go().picture()).toBe(before);
    expect(await go().query("select nspname from pg_namespace where nspname = 'hukz'")).toEqual([]);
  });
});
