import type { Knex } from 'knex';
import type { Connection } from '../connection.js';
import { requireUsableServer, UnusableServer } from '../usable-server.js';
import { withMigrationLock } from './migration-lock.js';
import { makeOwnSchema, schemaOf } from './own-schema.js';
import { OWN_SCHEMA } from './schema-names.js';

/**
 * Every table that a migration creates; one that this database does not have yet is left out. Indexes and the sequences
 * of identities move with their tables.
 */
const TABLES = [
  'audit',
  'catalog_stamps',
  'catalog_version',
  'dead_letters',
  'deliveries',
  'erased_messages',
  'erasures',
  'event_schemas',
  'events',
  'go_import_logs',
  'go_imports',
  'hukz_migrations',
  'hukz_migrations_lock',
  'idempotent_requests',
  'instances',
  'message_ids',
  'messages',
  'quarantine',
  'replays',
  'resumes',
  'spaces',
  'stream_positions',
  'tokens',
  'webhook_events',
  'webhook_health',
  'webhook_logs',
  'webhook_secrets',
  'webhooks',
];
const OF_A_DAY = '^(messages|webhook_logs)_[0-9]{8}$';
/** The sequences that no table owns. */
const SEQUENCES = ['spaces_new_id', 'tokens_versions'];
const LOCK_TIMEOUT = '10s';

const OBJECTS = `
  select format('alter %s %s set schema ${OWN_SCHEMA}', case relkind when 'S' then 'sequence' else 'table' end, oid::regclass) as move
  from pg_class where relnamespace = to_regnamespace(?)
    and (relkind in ('r', 'p') and (relname = any(?) or relname ~ ?) or relkind = 'S' and relname = any(?))
  union all
  select format('alter function %s set schema ${OWN_SCHEMA}', oid::regprocedure) from pg_proc
  where pronamespace = to_regnamespace(?) and proname like 'hukz\\_%'`;

const RUNNING = `
  select count(*)::int as n from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and application_name like 'hukz/%'`;

/**
 * Moves the tables of an installation from an earlier version to our schema, in one transaction. Returns the schema
 * that they were in, or undefined if they are in ours already.
 * @throws {UnusableServer} when there is no installation, when instances run, or when the schema is taken
 */
export async function moveSchema(connection: Connection): Promise<string | undefined> {
  await requireUsableServer(connection);
  return withMigrationLock(connection, async (knex) => {
    const from = await schemaOf(knex);
    if (from === OWN_SCHEMA) return undefined;
    await knex.transaction((trx) => move(trx, from));
    return from;
  });
}

async function move(trx: Knex, from: string): Promise<void> {
  const { rows } = await trx.raw<{ rows: { n: number }[] }>(RUNNING);
  if (rows[0]?.n !== 0)
    throw new UnusableServer(
      'instances of hukz are connected to this database, and nothing was moved; stop all of them, then run this command again',
    );
  await trx.raw(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
  await makeOwnSchema(trx);
  const { rows: moves } = await trx.raw<{ rows: { move: string }[] }>(OBJECTS, [
    from,
    TABLES,
    OF_A_DAY,
    SEQUENCES,
    from,
  ]);
  for (const { move: statement } of moves) await trx.raw(statement);
}
