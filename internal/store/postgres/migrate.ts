import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { migrations } from '../../../migrations/list.js';
import type { Logger } from '../../logger.js';
import type { Connection } from './connection.js';
import { makeKnex } from './knex.js';
import { requireUsableServer } from './usable-server.js';

/** An arbitrary number that every program which migrates this database shares. It is the key of a session lock. */
const LOCK = 7_202_611;
const ASK_AGAIN_MS = 200;
const TABLE = 'hukz_migrations';

type Migration = (typeof migrations)[number];

const source: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...migrations],
  getMigrationName: (migration) => migration.name,
  getMigration: async (migration) => migration,
};
const settings: Knex.MigratorConfig = { tableName: TABLE, migrationSource: source };

/** Thrown when the database has migrations that this program does not know. */
export class DatabaseTooNew extends Error {
  constructor(unknown: readonly string[]) {
    super(
      `the database is newer than this program: it has the migrations ${unknown.join(', ')}; ` +
        'run a newer hukz, or migrate down with the one that made them',
    );
    this.name = 'DatabaseTooNew';
  }
}

export interface MigrationState {
  readonly name: string;
  readonly applied: boolean;
}

/**
 * Migrates the schema all the way up, or one step down, and returns the migrations that ran. Many instances may call it
 * at once.
 */
export async function migrate(
  connection: Connection,
  direction: 'up' | 'down',
  logger: Logger,
): Promise<readonly string[]> {
  await requireUsableServer(connection);
  return locked(connection, async (knex) => {
    await refuseNewer(knex);
    // A killed migrator leaves knex's own lock row behind. Our lock ended with its session.
    await knex.migrate.forceFreeMigrationsLock(settings);
    const run = direction === 'up' ? knex.migrate.latest(settings) : knex.migrate.down(settings);
    const [, names] = (await run) as [number, string[]];
    for (const name of names) logger.info('database.migrated', { migration: name, direction });
    return names;
  });
}

/** Lists every migration of this program, and whether the database has it. */
export async function migrationStatus(connection: Connection): Promise<readonly MigrationState[]> {
  await requireUsableServer(connection);
  const knex = makeKnex(connection, { max: 1 });
  try {
    const applied = await appliedNames(knex);
    await refuseNewer(knex);
    return migrations.map(({ name }) => ({ name, applied: applied.includes(name) }));
  } finally {
    await knex.destroy();
  }
}

async function refuseNewer(knex: Knex): Promise<void> {
  const known: readonly string[] = migrations.map((migration) => migration.name);
  const unknown = (await appliedNames(knex)).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new DatabaseTooNew(unknown);
}

async function appliedNames(knex: Knex): Promise<string[]> {
  if (!(await knex.schema.hasTable(TABLE))) return [];
  const rows = await knex(TABLE).select<{ name: string }[]>('name').orderBy('id');
  return rows.map((row) => row.name);
}

/**
 * Asks for the lock repeatedly instead of waiting inside a statement, because an index that is built concurrently waits
 * for running statements.
 */
async function acquireLock(knex: Knex, holder: unknown): Promise<void> {
  for (;;) {
    const { rows } = await knex.raw('select pg_try_advisory_lock(?) as mine', [LOCK]).connection(holder);
    if (rows[0]?.mine) return;
    await sleep(ASK_AGAIN_MS);
  }
}

/** Lets one migrator run at a time. The second connection of a pool of two holds the lock until the work ends. */
async function locked<T>(connection: Connection, work: (knex: Knex) => Promise<T>): Promise<T> {
  const patient = { ...connection, statement_timeout: 0, lock_timeout: 0, query_timeout: 0 };
  const knex = makeKnex(patient, { max: 2 });
  try {
    const holder = await knex.client.acquireConnection();
    try {
      await acquireLock(knex, holder);
      return await work(knex);
    } finally {
      // A session that has died has no lock any more. The connection must be released all the same, or the pool never
      // ends.
      const unlock = knex.raw('select pg_advisory_unlock(?)', [LOCK]).connection(holder);
      await unlock.catch(() => undefined).finally(() => knex.client.releaseConnection(holder));
    }
  } finally {
    await knex.destroy();
  }
}
