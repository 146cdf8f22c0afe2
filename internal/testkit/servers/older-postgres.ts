import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Postgres, startPostgres } from '../../local/postgres.js';

/** The place at which `scripts/bootstrap.mjs --older-postgres` installs the programs. */
const INSTALLED = resolve('node_modules', '.older-postgres', 'node_modules');

/**
 * The programs of a version of PostgreSQL beside the embedded one. If it is undefined because they are not installed,
 * skip the tests that need them by name.
 */
export function findOlderPostgres(major: 12 | 13): string | undefined {
  const native = join(INSTALLED, `postgres-${major}`, 'native');
  return existsSync(native) ? native : undefined;
}

/** Starts a server of that version for the caller alone. */
export async function startOlderPostgres(
  native: string,
): Promise<Pick<Postgres, 'host' | 'port' | 'user' | 'password' | 'stop'>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hukz-test-older-pg-'));
  const { host, port, user, password, stop } = await startPostgres({ dataDir, native, fsync: false });
  return {
    host,
    port,
    user,
    password,
    async stop() {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
