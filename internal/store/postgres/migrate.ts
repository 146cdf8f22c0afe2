import type { Knex } from 'knex';
import { migrations } from '../../../migrations/list.js';
import type { Logger } from '../../logger.js';
import type { Connection } from './connection.js';
import { isDatabaseAway } from './database-away.js';
import { makeKnex } from './knex.js';
import { withMigrationLock } from './schema/migration-lock.js';
import { makeOwnSchema, requireOwnSchema, schemaOf } from './schema/own-schema.js';
import { MIGRATIONS_TABLE } from './schema/schema-names.js';
import { requireUsableServer } from './usable-server.js';

type Migration = (typeof migrations)[number];

const source: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...migrations],
  getMigrationName: (migration) => migration.name,
  getMigration: async (migration) => migration,
};
const settings: Knex.MigratorConfig = { tableName: MIGRATIONS_TABLE, migrationSource: source };

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

/** Thrown with the sentence of a migration that refuses this database. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
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
  return withMigrationLock(connection, async (knex) => {
    const applied = await appliedNames(knex);
    refuseNewer(applied);
    if (applied.length === 0 && direction === 'down') return [];
    const clear = applied.length === 0 ? await makeOwnSchema(knex) : async () => undefined;
    try {
      return await run(knex, direction, logger);
    } catch (error) {
      // The error is the first one, also if the server is gone by now.
      await clear().catch(() => undefined);
      throw isSentence(error) ? new MigrationRefused(error.message) : error;
    }
  });
}

async function run(knex: Knex, direction: 'up' | 'down', logger: Logger): Promise<readonly string[]> {
  // A killed migrator leaves knex's own lock row behind. Our lock ended with its session.
  await knex.migrate.forceFreeMigrationsLock(settings);
  const ran = direction === 'up' ? knex.migrate.latest(settings) : knex.migrate.down(settings);
  const [, names] = (await ran) as [number, string[]];
  for (const name of names) logger.info('database.migrated', { migration: name, direction });
  return names;
}

/** A migration imports nothing of ours, so its refusal is a plain error. An error of the server has a code. */
function isSentence(error: unknown): error is Error {
  return error instanceof Error && error.name === 'Error' && !('code' in error) && !isDatabaseAway(error);
}

/** The schema that an installation has its tables in, or that the first migration creates. */
export async function findSchema(connection: Connection): Promise<string> {
  const knex = makeKnex(connection, { max: 1 });
  return schemaOf(knex).finally(() => knex.destroy());
}

/** Lists every migration of this program, and whether the database has it. */
export async function migrationStatus(connection: Connection): Promise<readonly MigrationState[]> {
  await requireUsableServer(connection);
  const knex = makeKnex(connection, { max: 1 });
  try {
    const applied = await appliedNames(knex);
    refuseNewer(applied);
    if (applied.length === 0) await requireOwnSchema(knex);
    return migrations.map(({ name }) => ({ name, applied: applied.includes(name) }));
  } finally {
    await knex.destroy();
  }
}

function refuseNewer(applied: readonly string[]): void {
  const known: readonly string[] = migrations.map((migration) => migration.name);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new DatabaseTooNew(unknown);
}

async function appliedNames(knex: Knex): Promise<string[]> {
  if (!(await knex.schema.hasTable(MIGRATIONS_TABLE))) return [];
  const rows = await knex(MIGRATIONS_TABLE).select<{ name: string }[]>('name').orderBy('id');
  return rows.map((row) => row.name);
}
