import { loadDatabaseConfig } from '../../config/load.js';
import { connectionFor } from '../../internal/store/postgres/connection.js';
import { type MigrationState, migrate, migrationStatus } from '../../internal/store/postgres/migrate.js';
import { makeLogger } from '../../internal/winston-logger.js';
import type { Invocation } from '../invocation.js';
import { databaseSources } from './database-sources.js';
import { explainDatabase } from './explain-database.js';

/** `hukz migrate up|down|status`: migrates to the latest version or one step down, or lists the applied migrations. */
export async function migrateDatabase(here: Invocation, direction: 'up' | 'down' | 'status'): Promise<void> {
  const config = loadDatabaseConfig(await databaseSources(here));
  const connection = connectionFor(config.database, `hukz-migrate/${here.version}`);
  const work = async () => {
    if (direction === 'status') return statusLines(await migrationStatus(connection));
    const ran = await migrate(connection, direction, makeLogger(config.log));
    return ran.length === 0 ? `nothing to migrate ${direction}\n` : '';
  };
  process.stdout.write(
    await work().catch((error: unknown) => {
      throw explainDatabase(error, config.database);
    }),
  );
}

function statusLines(states: readonly MigrationState[]): string {
  return states.map(({ name, applied }) => `${applied ? 'applied' : 'pending'}  ${name}\n`).join('');
}
