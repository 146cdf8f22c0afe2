import { execFile } from 'node:child_process';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresAccount } from './postgres-account.js';
import { PASSWORD, USER } from './postgres-cluster.js';

const run = promisify(execFile);

export interface StandbyOptions {
  /** The data directory of a server that was stopped cleanly. */
  readonly from: string;
  /** The directory of the copy; `startPostgres` starts it. */
  readonly to: string;
  /** The port on 127.0.0.1 on which the copied server will listen when it runs again. */
  readonly primaryPort: number;
}

/** Copies a stopped server. The copy follows it by streaming replication until it is promoted (`pg_promote`). */
export async function copyAsStandby({ from, to, primaryPort }: StandbyOptions): Promise<void> {
  await run('cp', ['-a', from, to]);
  await rm(join(to, 'postmaster.pid'), { force: true });
  const primary = `host=127.0.0.1 port=${primaryPort} user=${USER} password=${PASSWORD}`;
  await appendFile(join(to, 'postgresql.auto.conf'), `\nprimary_conninfo = '${primary}'\n`);
  await writeFile(join(to, 'standby.signal'), '');
  const account = await postgresAccount();
  if (account) await run('chown', [`${account.uid}:${account.gid}`, join(to, 'standby.signal')]);
}
