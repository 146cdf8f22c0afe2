import type { Client } from 'pg';
import type { Connection } from './connection.js';
import { MIGRATIONS_TABLE, OWN_SCHEMA } from './schema/schema-names.js';

/**
 * Settings that our statements, the driver and knex rely on. An operator may have set any of them for the role, the
 * database or the server. Settings that are the operator's decision are not here: `synchronous_commit`, memory, and
 * `default_transaction_read_only`, by which a retired server refuses writes.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  // The format of values in both directions.
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  // The effect of a statement: triggers stamp the catalog's version, and policies and limits must not hide rows.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  session_replication_role: 'origin',
  row_security: 'off',
  gin_fuzzy_search_limit: '0',
  transform_null_equals: 'off',
  // A session that listens is idle for days, and a migration may take any time.
  idle_session_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  transaction_timeout: '0',
};

/**
 * The schema with our tables. A new installation has them in `hukz`. One of an earlier version has them where
 * `search_path` showed first, usually in `public`, and stays there: it is recognised by two tables, because a start of
 * an earlier version that failed beside the tables of the Go service left an empty `hukz_migrations` in `public`.
 */
const SCHEMA = `
  select coalesce(
    (select quote_ident(nspname) from pg_class c join pg_namespace n on n.oid = relnamespace
     where relname = '${MIGRATIONS_TABLE}'
       and exists (select from pg_class t where t.relnamespace = c.relnamespace and t.relname = 'catalog_version')
       and (nspname = '${OWN_SCHEMA}' or pg_table_is_visible(c.oid) or pg_get_userbyid(relowner) = current_user)
     order by pg_table_is_visible(c.oid) and nspname <> 'public' desc, nspname = '${OWN_SCHEMA}' desc,
       pg_table_is_visible(c.oid) desc, c.oid limit 1),
    '${OWN_SCHEMA}')`;

/**
 * Omits settings that the server does not know, and settings that are right already, because setting them may need a
 * privilege.
 */
const SET = `
  select set_config(name, value, false)
  from unnest($1::text[], $2::text[]) as wanted(name, value)
  where current_setting(name, true) <> value
  union all
  select set_config('search_path', (${SCHEMA}), false)`;

/** Sets all settings once per session. They are set by a statement, because poolers refuse startup parameters. */
export async function prepareSession(client: Client, { statement_timeout, lock_timeout }: Connection): Promise<void> {
  const limits = {
    ...(statement_timeout !== undefined && { statement_timeout }),
    ...(lock_timeout !== undefined && { lock_timeout }),
  };
  const wanted = Object.entries({ ...SETTINGS, ...limits });
  await client.query(SET, [wanted.map(([name]) => name), wanted.map(([, value]) => String(value))]);
}
