import pg from 'pg';
import { makeTestDatabase, type TestDatabase } from '../kits/test-database.js';
import type { TestServerAddress } from '../servers/test-server.js';
import { GO_ROWS, GO_SEQUENCES } from './go-rows.js';
import { GO_SCHEMA } from './go-schema.js';
import { type HeldLock, holdLock } from './hold-lock.js';

export interface GoDatabase extends TestDatabase {
  /**
   * The definition of the Go service's tables, each version of each row with its place on disk, and the state of the
   * sequences. Two equal texts mean that nothing was written, not even the same values again.
   */
  picture(): Promise<string>;
  /** Runs statements as the Go service would: with `public` in front. */
  query<R extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<readonly R[]>;
  /** Locks a table of the Go service, so that a statement that reads it waits. */
  lock(table: string): Promise<HeldLock>;
}

const DEFINITION = `
  select c.relname, c.relkind, c.relowner, c.relacl, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull
  from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
  where c.relnamespace = 'public'::regnamespace order by c.relname, a.attnum`;

/** A database as the Go service leaves it behind, for the caller alone. */
export async function makeGoDatabase(options: { readonly server?: TestServerAddress } = {}): Promise<GoDatabase> {
  const database = await makeTestDatabase({ ...options, empty: true });
  const query: GoDatabase['query'] = async (text, values = []) => {
    const client = new pg.Client(database.connection);
    await client.connect();
    try {
      await client.query('set search_path = public');
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  // The server of the tests shows the schema of hukz first, which servers of the Go service do not.
  await query(`alter database ${database.settings.name} set search_path = "$user", public`);
  const client = new pg.Client(database.connection);
  await client.connect();
  try {
    await client.query(GO_SCHEMA);
    for (const { table, columns, rows } of GO_ROWS) {
      const places = columns.map((_, index) => `$${index + 1}`).join(', ');
      for (const row of rows)
        await client.query(`insert into ${table} (${columns.join(', ')}) values (${places})`, [...row]);
    }
    for (const [table, value] of Object.entries(GO_SEQUENCES))
      await client.query('select setval($1, $2)', [`${table}_id_seq`, value]);
  } finally {
    await client.end();
  }
  return {
    ...database,
    query,
    lock: (table) => holdLock(database.connection, `public.${table}`),
    async picture() {
      const parts = [await query(DEFINITION)];
      for (const { table } of GO_ROWS)
        parts.push(await query(`select xmin, xmax, ctid, t::text as row from ${table} t order by ctid`));
      for (const table of Object.keys(GO_SEQUENCES)) parts.push(await query(`select * from ${table}_id_seq`));
      return JSON.stringify(parts, undefined, 1);
    },
  };
}
