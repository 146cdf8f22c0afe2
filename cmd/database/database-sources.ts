import type { ConfigSources } from '../../config/load.js';
import type { Invocation } from '../invocation.js';
import { findUpState } from '../up/up-state.js';

/**
 * Returns the sources of the database's address: the environment, else a running `hukz up` in this directory (which is
 * reported on stderr), else the configuration file.
 */
export async function databaseSources(here: Invocation): Promise<ConfigSources> {
  if (here.env.HUKZ_DATABASE_HOST) return here;
  const up = await findUpState(here.cwd);
  if (!up?.database) return here;
  const { HUKZ_DATABASE_HOST: host, HUKZ_DATABASE_PORT: port, HUKZ_DATABASE_NAME: name } = up.database;
  const place = host?.includes(',') ? host : `${host}:${port}`;
  process.stderr.write(
    `using the database of the "hukz up" that runs in this directory (process ${up.pid}): ${place}/${name}\n`,
  );
  return { env: { ...up.database, ...here.env } };
}
