import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type SpawnedRun, spawnHukz } from '../../internal/testkit/command-line/spawn-hukz.js';
import { type HeldLock, holdLock } from '../../internal/testkit/go-database/hold-lock.js';
import { type GoDatabase, makeGoDatabase } from '../../internal/testkit/go-database/make-go-database.js';
import { testEnvironment } from '../../internal/testkit/kits/instance-environment.js';

jest.setTimeout(240_000);

let go: GoDatabase;
beforeEach(async () => {
  go = await makeGoDatabase();
});
afterEach(() => go.drop());

const options = () => ({
  env: { ...testEnvironment({ database: go, natsUrl: 'nats://127.0.0.1:1' }), HUKZ_LOG_LEVEL: 'error' },
  cwd: tmpdir(),
});
const hukz = (...args: readonly string[]): Promise<SpawnedRun> => spawnHukz(args, options());

/** Runs a command until it waits for the lock, and kills it there. */
async function killAt(lock: HeldLock, args: readonly string[]): Promise<void> {
  let kill = (): void => undefined;
  const run = spawnHukz(args, { ...options(), started: (end) => (kill = end) });
  await lock.waited();
  kill();
  expect((await run).code).toBeNull();
  await lock.release();
}

const countOf = async (table: string) =>
  Number((await go.query<{ n: string }>(`select count(*) as n from ${table}`))[0]?.n);
const ours = async () => [
  await countOf('hukz.events'),
  await countOf('hukz.webhooks'),
  await countOf('hukz.webhook_logs'),
];

describe('a command that is killed with SIGKILL in the middle', () => {
  it('import: nothing was brought, and the next one brings everything', async () => {
    const before = await go.picture();
    // The migrations of the first start wait for other transactions, such as that of the lock.
    expect((await hukz('migrate')).code).toBe(0);
    await killAt(await go.lock('webhooks'), ['import', '--logs', '3650d']);
    expect(await ours()).toEqual([0, 0, 0]);
    expect(await hukz('import', '--logs', '3650d')).toMatchObject({
      code: 0,
      said: expect.stringContaining('9 logs were brought'),
    });
    expect(await ours()).toEqual([12, 13, 9]);
    expect(await go.picture()).toBe(before);
  });

  it('import --logs: events and webhooks are there, and --delta --logs brings the logs', async () => {
    const before = await go.picture();
    expect((await hukz('migrate')).code).toBe(0);
    await killAt(await go.lock('webhook_logs'), ['import', '--logs', '3650d']);
    expect(await ours()).toEqual([12, 13, 0]);
    expect(await hukz('import', '--delta', '--logs', '3650d')).toMatchObject({
      code: 0,
      said: expect.stringContaining('0 events and 0 webhooks were brought\n9 logs were brought\n'),
    });
    expect(await ours()).toEqual([12, 13, 9]);
    expect(await go.picture()).toBe(before);
  });

  it('import --delta: nothing was brought, and the next one brings what changed', async () => {
    await hukz('import');
    await go.query(
      `update events set name = 'Changed' where id = 1; update webhooks set name = 'Changed' where id = 1`,
    );
    await killAt(await go.lock('webhooks'), ['import', '--delta']);
    expect(await go.query(`select id from hukz.events where name = 'Changed'`)).toEqual([]);
    expect((await hukz('import', '--delta')).said).toBe('1 events and 1 webhooks were brought\n');
  });

  it('import --back: the tables of the Go service are as they were, and the next one writes everything', async () => {
    await hukz('import');
    await go.query(`set search_path = hukz; update webhooks set name = 'Ours', updated_at = now() where id = 1`);
    await go.query(
      `set search_path = hukz; insert into events (name, event, created_by_id, updated_by_id) values ('', 'made.here', 1, 1)`,
    );
    const before = await go.picture();
    // It has written events when it waits for this one.
    await killAt(await go.lock('webhook_events'), ['import', '--back']);
    expect(await go.picture()).toBe(before);
    expect((await hukz('import', '--back')).said).toContain('1 events and 1 webhooks were written');
    expect((await hukz('import', '--back')).said).toContain('0 events and 0 webhooks were written');
  });

  it('migrate move-schema: everything stays where it was, and the next one moves it', async () => {
    expect((await hukz('migrate')).code).toBe(0);
    // As an installation from before hukz had a schema of its own.
    await go.query('drop schema public cascade; alter schema hukz rename to public');
    const places = () =>
      go.query(`select relnamespace::regnamespace::text as at, count(*)::int as n from pg_class
        where relnamespace::regnamespace::text in ('public', 'hukz') group by 1`);
    const before = await places();
    await killAt(await holdLock(go.connection, 'public.webhooks'), ['migrate', 'move-schema']);
    expect(await places()).toEqual(before);
    expect((await hukz('migrate', 'move-schema')).code).toBe(0);
    expect((await places()).map(({ at }) => at)).toEqual(['hukz']);
  });
});

it('two imports at once: one brings everything, the other ends with a sentence', async () => {
  const runs = await Promise.all([hukz('import'), hukz('import')]);
  expect(runs.map(({ code }) => code).sort()).toEqual([0, 1]);
  expect(runs.find(({ code }) => code === 1)?.said).toContain(
    'were imported already: --delta brings what changed since',
  );
  expect(await ours()).toEqual([12, 13, 0]);
});

describe('an import without what it needs ends with a sentence, and leaves nothing', () => {
  it('no right to read a table, and no right to make a schema', async () => {
    const before = await go.picture();
    const user = `reader_${go.settings.name.slice(-12)}`;
    await go.query(`create role ${user} login password 'reader'`);
    try {
      const as = { HUKZ_DATABASE_USER: user, HUKZ_DATABASE_PASSWORD: 'reader' };
      const run = (...args: string[]) => spawnHukz(args, { ...options(), env: { ...options().env, ...as } });
      const noSchema = await run('import');
      expect([noSchema.code, noSchema.said]).toEqual([1, expect.stringContaining('create schema hukz authorization')]);
      await go.query(`create schema hukz authorization ${user}`);
      const noRead = await run('import');
      expect([noRead.code, noRead.said]).toEqual([1, expect.stringMatching(/permission denied for (table|sequence) /)]);
      expect(noRead.said).not.toMatch(/^\s+at /m);
      const { said } = await run('doctor', '--from-go');
      for (const name of ['events', 'webhooks', 'webhook_events', 'webhook_logs', 'events_id_seq'])
        expect(said).toContain(`may not read ${name.endsWith('seq') ? 'the sequence' : 'the table'} public.${name}`);
      expect(await countOf('hukz.events')).toBe(0);
    } finally {
      await go.query(`drop schema if exists hukz cascade`);
      await go.query(`drop role ${user}`);
    }
    expect(await go.picture()).toBe(before);
  });

  it('a read-only server, as a replica is', async () => {
    await go.query(`alter database ${go.settings.name} set default_transaction_read_only = on`);
    const { code, said } = await hukz('import');
    expect([code, said]).toEqual([1, expect.stringMatching(/read-only|accepts no writes/)]);
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('a search_path of the role or the database, and functions in it, change nothing', async () => {
    const before = await go.picture();
    await go.query(`create schema evil; create table evil.events (id int); create table evil.go_imports (id int)`);
    await go.query(`create function evil.md5(text) returns text language sql as $$ select 'same' $$`);
    await go.query(`alter database ${go.settings.name} set search_path = evil, pg_catalog, public`);
    expect((await hukz('import')).said).toContain('12 events and 13 webhooks were brought');
    expect(await countOf('hukz.events')).toBe(12);
    expect(await go.query('select count(distinct go_hash)::int as n from hukz.go_imports')).toEqual([{ n: 25 }]);
    expect(await go.picture()).toBe(before);
  });
});
