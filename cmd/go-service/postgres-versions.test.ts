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
import type { TestServerAddress } from '../../internal/testkit/servers/test-server.js';

jest.setTimeout(240_000);

let nats: NatsServer;
beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(() => nats.stop());

/** A database of the Go service on a server of this version, or on that of all tests. */
function useVersion(native?: string) {
  let go: GoDatabase;
  let stop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const server = native === undefined ? undefined : await startOlderPostgres(native);
    stop = server?.stop;
    go = await makeGoDatabase(server ? { server: addressOf(server) } : {});
  });
  afterAll(() => (stop ? stop() : go.drop()));
  const env = () => ({ ...testEnvironment({ database: go, natsUrl: nats.url }), HUKZ_LOG_LEVEL: 'error' });
  const hukz = (...args: readonly string[]) => spawnHukz(args, { env: env(), cwd: tmpdir() });
  return { go: () => go, hukz };
}

const addressOf = ({ host, port, user, password }: TestServerAddress) => ({ host, port, user, password });

const thirteen = findOlderPostgres(13);
const VERSIONS = [
  ['13, the oldest supported one (skipped where it is not installed)', thirteen, /^13/, thirteen !== undefined],
  ['18, the newest', undefined, /^18/, true],
] as const;

for (const [which, native, number, isThere] of VERSIONS)
  (isThere ? describe : describe.skip)(`the switch on PostgreSQL ${which}`, () => {
    const { go, hukz } = useVersion(native);

    it('leaves the tables of the Go service byte for byte as they are in every step but --back, which writes what is new', async () => {
      expect(await go().query('show server_version_num')).toEqual([
        { server_version_num: expect.stringMatching(number) },
      ]);
      const before = await go().picture();
      const step = async (...args: readonly string[]) => {
        const run = await hukz(...args);
        expect([args, await go().picture()]).toEqual([args, before]);
        return run;
      };
      const { said } = await step('doctor', '--from-go');
      expect(said).toMatch(/^ok {8}database: PostgreSQL 1/m);
      expect((await step('import', '--dry-run', '--logs', '3650d')).said).toContain(
        '12 events and 13 webhooks would be brought',
      );
      expect((await step('import', '--logs', '3650d')).said).toContain(
        '12 events and 13 webhooks were brought\n9 logs were brought\n',
      );

      const receiver = await startReceiver({ body: 'thanks' });
      const instance = await startInstance({ database: go(), natsUrl: nats.url });
      const publisher = await connect({ servers: nats.url });
      try {
        // No other webhook has this event, so nothing is sent to the addresses of the fixture.
        const webhook = await instance.api.webhook(receiver.url, [7], { name: 'Made here' });
        publisher.publish('rating.updated', '{"id":1}');
        const [request] = await receiver.waitFor(1);
        expect(JSON.parse(String(request?.body)).payload).toEqual({ id: 1 });
        const logs = () => instance.api.logs(`webhook_id=${webhook}`);
        await eventually(async () => (await logs()).length === 1, { what: 'the log' });
        expect((await logs())[0]).toMatchObject({ outcome: 'delivered', data: { payload: { id: 1 } } });
      } finally {
        await publisher.close();
        await receiver.stop();
        expect(await instance.stop()).toBe(0);
      }
      expect(await go().picture()).toBe(before);

      const nothing = '0 events and 0 webhooks would be brought\n0 logs would be brought\n';
      expect(await step('import', '--delta', '--dry-run', '--logs', '3650d')).toEqual({ code: 0, said: nothing });
      expect(await step('import', '--delta')).toEqual({ code: 0, said: '0 events and 0 webhooks were brought\n' });

      const back = await hukz('import', '--back', '--logs', '90d');
      expect([back.code, back.said]).toEqual([
        0,
        expect.stringMatching(
          /0 events and 1 webhooks were written into the tables of the Go service\n[\s\S]*1 logs were written\n/,
        ),
      ]);
      expect(
        await go().query(`select name, convert_from(tags, 'UTF8') as tags, enabled from webhooks where id > 15`),
      ).toEqual([{ name: 'Made here', tags: '{}', enabled: true }]);
      const [log, ...others] = await go().query<Readonly<Record<string, string>>>(
        `select event, response_status_code::text as status, created_by_id::text as user, convert_from(data, 'UTF8') as data,
           convert_from(response_body, 'UTF8') as response, convert_from(tags, 'UTF8') as tags from webhook_logs where id > 12`,
      );
      expect([others, log]).toEqual([
        [],
        {
          event: 'rating.updated',
          status: '200',
          user: '1',
          data: expect.any(String),
          response: '"thanks"',
          tags: '{}',
        },
      ]);
      expect(JSON.parse(log?.data ?? '')).toEqual({
        event: 'rating.updated',
        contains: ['rating'],
        created_at: expect.any(String),
        payload: { id: 1 },
      });
      const after = await go().picture();
      expect((await hukz('import', '--back', '--logs', '90d')).said).toMatch(
        /0 events and 0 webhooks were written[\s\S]*0 logs were written/,
      );
      expect(await go().picture()).toBe(after);
    });

    it('has its migrations undone and done again', async () => {
      expect((await hukz('migrate', 'down')).code).toBe(0);
      expect((await hukz('migrate')).code).toBe(0);
      expect((await hukz('migrate', 'status')).code).toBe(0);
    });
  });

const twelve = findOlderPostgres(12);
(twelve ? describe : describe.skip)('PostgreSQL 12, which is too old (skipped where it is not installed)', () => {
  const { go, hukz } = useVersion(twelve);

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
