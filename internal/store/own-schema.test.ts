import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type GoDatabase, makeGoDatabase } from '../testkit/go-database/make-go-database.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeKnex } from './postgres/knex.js';
import { findSchema, migrate, migrationStatus } from './postgres/migrate.js';
import { moveSchema } from './postgres/schema/move-schema.js';

const logger = makeTestLogger();
const up = (connection: pg.ClientConfig) => migrate(connection, 'up', logger);
const isUpToDate = async (connection: pg.ClientConfig) =>
  (await migrationStatus(connection)).every(({ applied }) => applied);

/** Names of everything in a schema: tables, indexes, sequences and functions. */
const NAMES = `
  select relname as name from pg_class where relnamespace = to_regnamespace($1)
  union all select proname from pg_proc where pronamespace = to_regnamespace($1)
  order by 1`;

async function sql<R extends pg.QueryResultRow>(at: pg.ClientConfig, text: string, values: unknown[] = []) {
  const client = new pg.Client(at);
  await client.connect();
  return client
    .query<R>(text, values)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

const namesIn = async (at: pg.ClientConfig, schema: string) =>
  (await sql<{ name: string }>(at, NAMES, [schema])).map(({ name }) => name);
const hasSchema = async (at: pg.ClientConfig) =>
  (await sql<{ found: boolean }>(at, "select to_regnamespace('hukz') is not null as found"))[0]?.found;

describe('beside the tables of the Go service', () => {
  let go: GoDatabase;
  beforeEach(async () => {
    go = await makeGoDatabase();
  });
  afterEach(() => go.drop());

  it('ours are made, and removed again, in a schema of their own, and no row of the others is written', async () => {
    const before = await go.picture();
    const ran = await up(go.connection);
    expect(ran.length).toBeGreaterThan(20);
    expect(await isUpToDate(go.connection)).toBe(true);
    expect(await findSchema(go.connection)).toBe('hukz');
    expect(await namesIn(go.connection, 'hukz')).toContain('webhook_events');
    for (let step = 0; step < ran.length; step++) await migrate(go.connection, 'down', logger);
    expect(await migrate(go.connection, 'down', logger)).toEqual([]);
    expect(await go.picture()).toBe(before);
  });

  it('several migrators at once make ours once', async () => {
    const before = await go.picture();
    const ran = await Promise.all([up(go.connection), up(go.connection), up(go.connection)]);
    expect(ran.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await isUpToDate(go.connection)).toBe(true);
    expect(await go.picture()).toBe(before);
  });

  it('what a failed start of an earlier version left in public is not taken for an installation', async () => {
    await go.query('create table hukz_migrations (id serial, name text); create table hukz_migrations_lock (n int)');
    const before = await go.picture();
    await up(go.connection);
    expect(await namesIn(go.connection, 'hukz')).toContain('hukz_migrations');
    expect(await go.picture()).toBe(before);
  });
});

describe('a user that may not create schemas', () => {
  let database: TestDatabase;
  let role: string;
  let limited: pg.ClientConfig;
  beforeEach(async () => {
    database = await makeTestDatabase({ empty: true });
    role = `r${randomUUID().replaceAll('-', '')}`;
    await sql(database.connection, `create role ${role} login password 'x'`);
    limited = { ...database.connection, user: role, password: 'x' };
  });
  afterEach(async () => {
    await database.drop();
    const server = { ...database.connection, database: 'postgres' };
    await sql(server, `drop role ${role}`);
  });

  it('is refused in a sentence with the statement to run, after which it migrates', async () => {
    const statement = `create schema hukz authorization ${role}`;
    const sentence = new RegExp(`may not create the schema "hukz" .*nothing was changed; .*: ${statement} `);
    await expect(up(limited)).rejects.toThrow(sentence);
    await expect(migrationStatus(limited)).rejects.toThrow(sentence);
    expect(await hasSchema(database.connection)).toBe(false);
    await sql(database.connection, statement);
    await up(limited);
    expect(await isUpToDate(limited)).toBe(true);
  });

  it('is refused in the same way if the schema exists and it may not create tables in it', async () => {
    await sql(database.connection, 'create schema hukz');
    const statement = `grant usage, create on schema hukz to ${role}`;
    await expect(up(limited)).rejects.toThrow(`let its owner run: ${statement} `);
    await sql(database.connection, statement);
    await up(limited);
    expect(await isUpToDate(limited)).toBe(true);
  });
});

describe('a start that fails', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await makeTestDatabase({ empty: true });
  });
  afterEach(() => database.drop());

  it('because the schema hukz belongs to something else says so and changes nothing', async () => {
    await sql(
      database.connection,
      'create schema hukz; create table hukz.events (n int); create view hukz.v as select 1',
    );
    const sentence = /the schema "hukz" of the database \w+ has tables that hukz did not create \(events, v\)/;
    await expect(up(database.connection)).rejects.toThrow(sentence);
    await expect(migrationStatus(database.connection)).rejects.toThrow(sentence);
    expect(await namesIn(database.connection, 'hukz')).toEqual(['events', 'v']);
  });

  it('in the first migration leaves nothing of ours behind', async () => {
    await sql(
      database.connection,
      `create schema hukz;
       create function hukz.hukz_touch_webhook() returns trigger language plpgsql as 'begin return null; end'`,
    );
    await expect(up(database.connection)).rejects.toThrow(/already exists/);
    expect(await namesIn(database.connection, 'hukz')).toEqual(['hukz_touch_webhook']);
  });

  it('in the first migration takes the schema away again if it had made it', async () => {
    // Every statement that creates a table with this name fails, which only the first migration has.
    await sql(
      database.connection,
      `create function no_events() returns event_trigger language plpgsql as $$
       begin
         if exists (select from pg_event_trigger_ddl_commands() where object_identity = 'hukz.webhook_events') then
           raise exception 'not this table';
         end if;
       end $$;
       create event trigger no_events on ddl_command_end when tag in ('CREATE TABLE') execute function no_events()`,
    );
    await expect(up(database.connection)).rejects.toThrow('not this table');
    expect(await hasSchema(database.connection)).toBe(false);
  });
});

describe('an installation of an earlier version, in public', () => {
  let database: TestDatabase;
  const at = () => database.connection;
  beforeEach(async () => {
    database = await makeTestDatabase();
    await sql(at(), 'drop schema public; alter schema hukz rename to public');
  });
  afterEach(() => database.drop());

  it('stays there, whatever the search_path is', async () => {
    await sql(at(), `alter database ${database.settings.name} set search_path = nowhere`);
    expect(await findSchema(at())).toBe('public');
    expect(await isUpToDate(at())).toBe(true);
    expect(await up(at())).toEqual([]);
    expect(await hasSchema(at())).toBe(false);
  });

  it('is moved as a whole, and can be migrated down and up afterwards', async () => {
    await sql(at(), 'create table public.of_another_program (n int)');
    const before = await namesIn(at(), 'public');
    expect(await moveSchema(at())).toBe('public');
    expect(await namesIn(at(), 'public')).toEqual(['of_another_program']);
    expect(await namesIn(at(), 'hukz')).toEqual(before.filter((name) => name !== 'of_another_program'));
    expect(await isUpToDate(at())).toBe(true);
    const db = makeKnex(at(), { max: 1 });
    const [event] = await db('events').insert({ name: '', event: 'a.b', created_by_id: 1, updated_by_id: 1 }, '*');
    expect(Number(event.catalog_version)).toBeGreaterThan(0);
    await db.destroy();
    expect(await migrate(at(), 'down', logger)).toHaveLength(1);
    expect(await up(at())).toHaveLength(1);
    expect(await moveSchema(at())).toBeUndefined();
  });

  it('is not moved while an instance is connected, or into a schema of something else', async () => {
    const instance = new pg.Client({ ...at(), application_name: 'hukz/0.1.0' });
    await instance.connect();
    await expect(moveSchema(at())).rejects.toThrow(/instances of hukz are connected .* nothing was moved; stop all/);
    await instance.end();
    await sql(at(), 'create schema hukz; create table hukz.events (n int)');
    await expect(moveSchema(at())).rejects.toThrow('has tables that hukz did not create (events)');
    expect(await findSchema(at())).toBe('public');
    expect(await isUpToDate(at())).toBe(true);
  });
});
