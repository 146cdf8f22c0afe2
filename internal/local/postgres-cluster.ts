import { execFile } from 'node:child_process';
import { access, chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalServerError } from './local-server-error.js';
import { type Account, mayEnter } from './postgres-account.js';
import type { PostgresBinaries } from './postgres-binaries.js';

const run = promisify(execFile);

/** The user is the same in every clone: the server listens on 127.0.0.1 only and has only experimental data. */
export const USER = 'hukz';
export const PASSWORD = 'hukz';

export interface ClusterOptions {
  readonly dataDir: string;
  /** False if the files need not survive a power cut. */
  readonly fsync?: boolean;
  readonly binaries: PostgresBinaries;
  /** The owner of the cluster, if it is not the user of this process. */
  readonly account?: Account | undefined;
}

/** Creates a database cluster in the directory, unless one exists there. An interrupted run leaves none. */
export async function createCluster({ dataDir, fsync, binaries, account }: ClusterOptions): Promise<void> {
  if (await exists(join(dataDir, 'PG_VERSION'))) return;
  const unfinished = `${dataDir}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await makeDirectory(unfinished, account);
  const secrets = await mkdtemp(join(tmpdir(), 'hukz-initdb-'));
  const passwordFile = join(secrets, 'password');
  try {
    await writeFile(passwordFile, `${PASSWORD}\n`);
    if (account) for (const path of [secrets, passwordFile]) await chown(path, account.uid, account.gid);
    const durability = fsync === false ? ['--no-sync'] : [];
    const access = [`--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=password'];
    await run(binaries.initdb, [`--pgdata=${unfinished}`, ...access, ...TEXT, ...durability], { ...account });
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
  await rename(unfinished, dataDir);
}

const TEXT = ['--encoding=UTF8', '--locale=C'];

async function makeDirectory(path: string, account?: Account): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (!account) return;
  await chown(path, account.uid, account.gid);
  if (!(await mayEnter(account, path))) throw new LocalServerError(`the user postgres may not enter ${path}`);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
