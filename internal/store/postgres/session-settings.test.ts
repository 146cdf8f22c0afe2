import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { makeTestApi } from '../../testkit/kits/test-api.js';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestJournal } from '../../testkit/kits/test-journal.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { makeJournalPool } from '../journal/journal-pool.js';
import { makeKnex } from './knex.js';
import { findSchema, migrate, migrationStatus } from './migrate.js';

/** Settings that an operator may have made for a database, one or several at a time. */
const HOSTILE: readonly Readonly<Record<string, string>>[] = [
  { DateStyle: 'German, DMY', IntervalStyle: 'iso_8601', TimeZone: 'Pacific/Kiritimati' },
  { DateStyle: 'SQL, DMY', IntervalStyle: 'sql_standard', TimeZone: 'America/New_York' },
  { DateStyle: 'Postgres, YMD', IntervalStyle: 'postgres_verbose' },
  { bytea_output: 'escape', extra_float_digits: '-15', standard_conforming_strings: 'off', array_nulls: 'off' },
  { default_transaction_isolation: 'serializable', default_transaction_deferrable: 'on' },
  { default_transaction_isolation: 'repeatable read' },
  { session_replication_role: 'replica', row_security: 'on', gin_fuzzy_search_limit: '1', transform_null_equals: 'on' },
  { search_path: 'nowhere' },
  { search_path: 'other, public' },
  { search_path: 'other' },
  { search_path: '' },
  { client_encoding: 'LATIN1', statement_timeout: '100', lock_timeout: '1', idle_in_transaction_session_timeout: '1' },
];

const hostile = async (settings: Readonly<Record<string, string>>, empty = false): Promise<TestDatabase> => {
  const database = await makeTestDatabase({ empty });
  const client = new pg.Client(database.connection);
  await client.connect();
  await client.query('create schema other');
  for (const [name, value] of Object.entries(settings)) {
    const [{ text }] = (
      await client.query(`select format('alter database %I set ${name} to %s', current_database(), $1::text) as text`, [
        name === 'search_path' ? value || "''" : `'${value}'`,
      ])
    ).rows as [{ text: string }];
    await client.query(text);
  }
  await client.end();
  return { ...database, connection: { ...database.connection, statement_timeout: 30_000, lock_timeout: 10_000 } };
};

describe.each(HOSTILE)('a database with %j', (settings) => {
  it('serves the API: what is made is answered, and read again', async () => {
    const database = await hostile(settings);
    const db = makeKnex(database.connection, { max: 2 });
    const pool = makeJournalPool(database.connection, 2, makeTestLogger());
    const api = await makeTestApi({ db, pool });
    try {
      const before = (await pool.run<{ version: string }>({ text: 'select version from catalog_version' }, []))[0];
      const { body: event } = await api.send('POST', '/events', { event: 'a.b', name: 'Größe \\ €' }).expect(201);
      expect(event).toMatchObject({ name: 'Größe \\ €' });
      expect(Math.abs(Date.parse(event.created_at) - Date.now())).toBeLessThan(60_000);
      await api
        .send('POST', '/webhooks', { url: 'http://example.com', event_ids: [event.id], tags: { a: 'b' } })
        .expect(201);
      const { body: list } = await api.send('GET', '/webhooks?tag=a:b').expect(200);
      expect(list.total).toBe(1);
      const after = (await pool.run<{ version: string }>({ text: 'select version from catalog_version' }, []))[0];
      expect(Number(after?.version)).toBeGreaterThan(Number(before?.version));
    } finally {
      await api.stop();
      await db.destroy();
      await pool.stop();
      await database.drop();
    }
  });

  it('takes messages in, claims and settles them', async () => {
    const database = await hostile(settings);
    const kit = await makeTestJournal(database);
    try {
      const payload = Buffer.from([0, 1, 255, 92, 39]);
      const delivery = await kit.owe(payload);
      await kit.journal.unclaim([delivery]);
      const { deliveries } = await kit.journal.claim({ deliveries: 10, bytes: 1 << 20, except: [] });
      expect(deliveries.map(({ message }) => message.payload)).toEqual([payload]);
      const [claimed] = deliveries;
      expect(Math.abs((claimed?.message.receivedAt ?? 0) - Date.now())).toBeLessThan(60_000);
      if (claimed) await kit.journal.settle(kit.attempt(claimed));
      const [row] = await kit.sql<{ created_at: Date }>('select created_at from webhook_logs');
      expect(Math.abs(Number(row?.created_at) - Date.now())).toBeLessThan(60_000);
    } finally {
      await kit.stop();
    }
  });
});

describe('the schema of the tables', () => {
  it('is hukz, whatever search_path is when they are made and later', async () => {
    const database = await hostile({ search_path: 'other, public' }, true);
    const query = async (text: string) => {
      const client = new pg.Client(database.connection);
      await client.connect();
      const { rows } = await client.query(text).finally(() => client.end());
      return rows;
    };
    try {
      await migrate(database.connection, 'up', makeTestLogger());
      const schemas = `select distinct relnamespace::regnamespace::text as name from pg_class where relname in ('hukz_migrations', 'deliveries')`;
      expect(await query(schemas)).toEqual([{ name: 'hukz' }]);
      await query(`alter database ${database.settings.name} set search_path = public`);
      expect((await migrationStatus(database.connection)).every(({ applied }) => applied)).toBe(true);
      expect(await migrate(database.connection, 'up', makeTestLogger())).toEqual([]);
    } finally {
      await database.drop();
    }
  });

  it('is the one that search_path shows first for one of several installations of an earlier version', async () => {
    const database = await hostile({});
    try {
      const client = new pg.Client(database.connection);
      await client.connect();
      await client.query('create table other.hukz_migrations (n int); create table other.catalog_version (n int)');
      expect(await findSchema(database.connection)).toBe('hukz');
      await client.query(`alter database ${database.settings.name} set search_path = other`);
      expect(await findSchema(database.connection)).toBe('other');
      await client.end();
    } finally {
      await database.drop();
    }
  });
});
