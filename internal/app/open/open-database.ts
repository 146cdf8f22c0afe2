import type { Logger } from '../../logger.js';
import type { Connection } from '../../store/postgres/connection.js';
import { isDatabaseAway } from '../../store/postgres/database-away.js';
import { DatabaseTooNew, MigrationRefused, migrate, migrationStatus } from '../../store/postgres/migrate.js';
import { UnusableServer } from '../../store/postgres/usable-server.js';
import { waitFor } from './wait-for.js';
import { CannotStart, nameWrongKey, sqlStateOf } from './wrong-key.js';

export interface OpenDatabaseOptions {
  readonly connection: Connection;
  readonly migrate: boolean;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Waits for PostgreSQL and applies the migrations, or (`--no-migrate`) requires that the schema is up to date. Returns
 * the names of the migrations that were applied now.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<readonly string[]> {
  const { connection, logger } = options;
  const open = options.migrate ? () => migrate(connection, 'up', logger) : () => requireMigrated(connection);
  return withDatabase(open, options);
}

/** Runs work that needs PostgreSQL, and waits until PostgreSQL is available. An error names the wrong setting. */
export async function withDatabase<T>(
  work: () => Promise<T>,
  { logger, signal }: Pick<OpenDatabaseOptions, 'logger' | 'signal'>,
): Promise<T> {
  return waitFor(work, { line: 'database.waited_for', logger, signal, isFinal }).catch((error: unknown) => {
    throw nameWrongKey(error);
  });
}

function isFinal(error: unknown): boolean {
  const refusals = [CannotStart, DatabaseTooNew, MigrationRefused, UnusableServer];
  const known = refusals.some((kind) => error instanceof kind) || nameWrongKey(error) !== error;
  // Any other answer of the server will be the same tomorrow, unless the server starts, is busy or does not accept
  // writes yet. An error without a code is neither the server's nor the network's.
  return known || (!isDatabaseAway(error) && (sqlStateOf(error) !== undefined || !hasCode(error)));
}

function hasCode(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error;
}

async function requireMigrated(connection: Connection): Promise<readonly []> {
  const missing = (await migrationStatus(connection)).filter(({ applied }) => !applied).map(({ name }) => name);
  if (missing.length === 0) return [];
  throw new CannotStart(
    `the database lacks the migrations ${missing.join(', ')}: run "hukz migrate up", or serve without --no-migrate`,
  );
}
