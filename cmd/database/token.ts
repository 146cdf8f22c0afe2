import { loadDatabaseConfig } from '../../config/load.js';
import { findRole, ROLE_NAMES } from '../../internal/identity/roles.js';
import { connectionFor } from '../../internal/store/postgres/connection.js';
import { makeKnex } from '../../internal/store/postgres/knex.js';
import { usageError } from '../command-failed.js';
import type { Invocation } from '../invocation.js';
import { databaseSources } from './database-sources.js';
import { explainDatabase } from './explain-database.js';
import { storeFirstToken } from './first-token.js';

export interface TokenOptions {
  readonly role: string;
  readonly name: string;
  /** The numbers of its spaces. */
  readonly space: readonly number[];
  /** The user whose changes the changes of the token are. */
  readonly user: number;
}

/**
 * `hukz token create`: stores a token in the database and prints its text, which nothing shows again. It is the way to
 * the first token of a service, whose API makes the others.
 */
export async function createToken(here: Invocation, { role, name, space, user }: TokenOptions): Promise<void> {
  const allowed = findRole(role)?.spaces;
  if (allowed === undefined) throw usageError(`there is no role ${role}: choose one of ${ROLE_NAMES.join(', ')}`);
  if (allowed === 'some' && space.length === 0)
    throw usageError(`the role ${role} names its spaces: add --space <number>, once per space`);
  if (allowed === 'none' && space.length > 0)
    throw usageError(`the role ${role} has all spaces: leave out --space, or choose a role of spaces`);
  const { database } = loadDatabaseConfig(await databaseSources(here));
  const db = makeKnex(connectionFor(database, `hukz-token/${here.version}`), { max: 1 });
  const spaces = space.length > 0 ? space : null;
  try {
    const { token, text } = await storeFirstToken(db, { role, name, spaces, userId: user });
    process.stderr.write(`token ${token.id} (${role}) was created; this is its text, which is not shown again:\n`);
    process.stdout.write(`${text}\n`);
  } catch (error) {
    throw explainDatabase(error, database);
  } finally {
    await db.destroy();
  }
}
