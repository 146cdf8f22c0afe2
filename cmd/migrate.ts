import { loadConfig } from '../config/load.js';
import { makeLogger } from '../internal/logger.js';
import { connectionFor } from '../internal/store/connection.js';
import { migrate, migrationStatus } from '../internal/store/migrate.js';
import type { Invocation } from './invocation.js';

/** `hukz migrate up|down|status`: all the way up, one step down, or what is applied. */
export async function migrateDatabase(here: Invocation, direction: 'up' | 'down' | 'status'): Promise<void> {
  const config = loadConfig(here);
  const connection = connectionFor(config.database, `hukz-migrate/${here.version}`);
  if (direction === 'status') {
    for (const { name, applied } of await migrationStatus(connection)) {
      process.stdout.write(`${applied ? 'applied' : 'pending'}  ${name}\n`);
    }
    return;
  }
  const ran = await migrate(connection, direction, makeLogger(config.log));
  if (ran.length === 0) process.stdout.write(`nothing to migrate ${direction}\n`);
}
