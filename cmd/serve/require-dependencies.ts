import { connect } from 'nats';
import type { Config } from '../../config/config.js';
import { messageOf } from '../../internal/errors.js';
import { natsOptions } from '../../internal/intake/nats-settings.js';
import { connectionFor } from '../../internal/store/postgres/connection.js';
import { requireUsableServer } from '../../internal/store/postgres/usable-server.js';
import { CommandFailed } from '../command-failed.js';
import { explainDatabase } from '../database/explain-database.js';

const ANSWER_MS = 5000;

/**
 * Connects to PostgreSQL and NATS once, before anything is changed: with `--fail-fast`, the service does not wait for
 * one that is away.
 * @throws {CommandFailed} in a sentence that names the dependency and the key to check
 */
export async function requireDependencies({ database, nats }: Config, version: string): Promise<void> {
  const name = `hukz-check/${version}`;
  await requireUsableServer(connectionFor(database, name)).catch((error: unknown) => {
    throw explainDatabase(error, database);
  });
  const options = natsOptions({ settings: nats, name, onUnusableFile: () => undefined });
  const once = { reconnect: false, ignoreAuthErrorAbort: false, timeout: ANSWER_MS };
  const connection = await connect({ ...options, ...once }).catch((error: unknown) => {
    throw new CommandFailed(
      `NATS does not answer at ${nats.servers.join(', ')}: ${messageOf(error)} (is it running? check NATS_URL)`,
    );
  });
  await connection.close();
}
