import type { Config } from '../../config/config.js';
import { nameWrongKey, sqlStateOf } from '../../internal/app/open/wrong-key.js';
import { messageOf } from '../../internal/errors.js';
import { isDatabaseAway } from '../../internal/store/postgres/database-away.js';
import { CommandFailed } from '../command-failed.js';
import { placeOf } from '../up/place-of.js';

/**
 * Explains why PostgreSQL refuses the connection or does not respond, for a command that needs it: names the key to
 * check, or the address that was tried.
 */
export function explainDatabase(error: unknown, database: Config['database']): unknown {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const hasAnswered = sqlStateOf(first) !== undefined;
  if (hasAnswered || !isDatabaseAway(first)) return nameWrongKey(error);
  return new CommandFailed(
    `PostgreSQL does not answer at ${placeOf(database)}: ${messageOf(first)} (is it running? check DATABASE_HOST and DATABASE_PORT)`,
  );
}
