import type { Client } from 'pg';
import type { Connection } from './connection.js';

/**
 * What our statements, the driver and knex rely on. An operator may have set any of it for the role, the database or the
 * server. Not here: what is an operator's decision (`synchronous_commit`, memory, `default_transaction_read_only`, by which a
 * server that must not be written to any more says so).
 */
const SETTINGS: Readonly<Record<string, string>> = {
  // How values are written and read.
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  // What a statement sees and does: triggers stamp the catalog's version, policies and limits must not hide rows.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  session_replication_role: 'origin',
  row_security: 'off',
  gin_fuzzy_search_limit: '0',
  transform_null_equals: 'off',
  // A session that listens is idle for days; a migration takes as long as it takes.
  idle_session_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  transaction_timeout: '0',
};

/**
 * The schema with our tables: the one that `search_path` shows, else one of which this user owns the tables, so that a later
 * change of `search_path` neither hides them nor makes empty ones beside them. Where there are none yet, `search_path` says
 * where they are to be made.
 */
const SCHEMA = `
  select coalesce(
    (select quote_ident(nspname) from pg_class c join pg_namespace n on n.oid = relnamespace
     where relname = 'hukz_migrations' and (pg_table_is_visible(c.oid) or pg_get_userbyid(relowner) = current_user)
     order by pg_table_is_visible(c.oid) desc, c.oid limit 1),
    quote_ident(current_schema()),
    'public')`;

/** What a server does not know is left out; what is right already is not set, which may need a privilege. */
const SET = `
  select set_config(name, value, false)
  from unnest($1::text[], $2::text[]) as wanted(name, value)
  where current_setting(name, true) <> value
  union all
  select set_config('search_path', (${SCHEMA}), false)`;

/** Sets all that once a session, by a statement: startup parameters are refused by poolers. */
export async function prepareSession(client: Client, { statement_timeout, lock_timeout }: Connection): Promise<void> {
  const limits = {
    ...(statement_timeout !== undefined && { statement_timeout }),
    ...(lock_timeout !== undefined && { lock_timeout }),
  };
  const wanted = Object.entries({ ...SETTINGS, ...limits });
  await client.query(SET, [wanted.map(([name]) => name), wanted.map(([, value]) => String(value))]);
}
