import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LocalServerError } from './local-server-error.js';

const run = promisify(execFile);

/** The user that PostgreSQL runs as if this process is root, because PostgreSQL refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Returns the user `postgres`, and creates it if root finds none. Undefined if this process is not root and needs no
 * other user.
 */
export async function postgresAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await idOf('postgres');
  if (known) return known;
  await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  const made = await idOf('postgres');
  if (!made) throw new LocalServerError('the user postgres could not be created');
  return made;
}

/**
 * Whether that user may enter and read a directory. The operating system is asked, because parent directories and ACLs
 * count too.
 */
export async function mayEnter(account: Account, directory: string): Promise<boolean> {
  return run('ls', [directory], { ...account, maxBuffer: 64 * 1024 * 1024 }).then(
    () => true,
    () => false,
  );
}

async function idOf(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
