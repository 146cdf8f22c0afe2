import { loadDatabaseConfig } from '../../config/load.js';
import { type Connection, connectionFor } from '../../internal/store/postgres/connection.js';
import { findSchema, type MigrationState, migrate, migrationStatus } from '../../internal/store/postgres/migrate.js';
import { moveSchema } from '../../internal/store/postgres/schema/move-schema.js';
import { OWN_SCHEMA } from '../../internal/store/postgres/schema/schema-names.js';
import { makeLogger } from '../../internal/winston-logger.js';
import { CommandFailed } from '../command-failed.js';
import type { Invocation } from '../invocation.js';
import { databaseSources } from './database-sources.js';
import { explainDatabase } from './explain-database.js';

/**
 * `hukz migrate up|down|status|move-schema`: migrates to the latest version or one step down, lists the applied
 * migrations, or moves the tables of an earlier version to the schema of new installations.
 */
export async function migrateDatabase(
  here: Invocation,
  direction: 'up' | 'down' | 'status' | 'move-schema',
): Promise<void> {
  const config = loadDatabaseConfig(await databaseSources(here));
  const connection = connectionFor(config.database, `hukz-migrate/${here.version}`);
  const work = async () => {
    if (direction === 'status') return showStatus(connection);
    if (direction === 'move-schema') return movedLine(await moveSchema(connection));
    const ran = await migrate(connection, direction, makeLogger(config.log));
    return ran.length === 0 ? `nothing to migrate ${direction}\n` : '';
  };
  process.stdout.write(
    await work().catch((error: unknown) => {
      throw explainDatabase(error, config.database);
    }),
  );
}

/** @throws {CommandFailed} after the list, if the database is not up to date */
async function showStatus(connection: Connection): Promise<string> {
  const states = await migrationStatus(connection);
  const schema = await findSchema(connection);
  const pending = states.filter(({ applied }) => !applied).length;
  if (pending > 0) {
    process.stdout.write(statusLines(states));
    const count = pending === states.length ? 'no migration is' : `${states.length - pending} of ${states.length} are`;
    throw new CommandFailed(`${count} applied in the schema "${schema}": run "hukz migrate up"`);
  }
  if (schema !== OWN_SCHEMA)
    process.stderr.write(`the tables are in the schema "${schema}"; "hukz migrate move-schema" moves them\n`);
  return statusLines(states);
}

function movedLine(from: string | undefined): string {
  return from === undefined
    ? `nothing to move: the schema of hukz is "${OWN_SCHEMA}" already\n`
    : `the tables were moved from the schema "${from}" to "${OWN_SCHEMA}"\n`;
}

function statusLines(states: readonly MigrationState[]): string {
  return states.map(({ name, applied }) => `${applied ? 'applied' : 'pending'}  ${name}\n`).join('');
}
