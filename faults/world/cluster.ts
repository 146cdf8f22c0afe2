import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Postgres, startPostgres } from '../../internal/local/postgres.js';
import { migrate } from '../../internal/store/postgres/migrate.js';

const run = promisify(execFile);

export const DATABASE = 'hukz';
/** A database that is not migrated, for scenarios of migrators. */
export const EMPTY_DATABASE = 'empty';

/** The PostgreSQL of one scenario, with fsync. */
export interface Cluster {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly dataDir: string;
  query<R extends object>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Ends the server as a power cut would. */
  kill(): Promise<void>;
  /** Stops the server cleanly. */
  halt(): Promise<void>;
  start(): Promise<void>;
  /** Copies the files of the stopped server. */
  saveTo(backup: string): Promise<void>;
  /** Replaces the files of the stopped server with a copy. */
  restoreFrom(backup: string): Promise<void>;
}

/** Creates a cluster with an empty database and a migrated one, from which others are copied: initdb runs only once. */
export async function makeTemplate(directory: string): Promise<string> {
  const dataDir = join(directory, 'template');
  const server = await startPostgres({ dataDir });
  try {
    const { host, port, user, password } = server;
    for (const name of [EMPTY_DATABASE, DATABASE]) await ask({ host, port, user, password }, `create database ${name}`);
    const silent = { error: nothing, warn: nothing, info: nothing, debug: nothing };
    await migrate({ host, port, user, password, database: DATABASE }, 'up', silent);
  } finally {
    await server.stop();
  }
  return dataDir;
}

/** Copies the template to `dataDir` and starts the copy. */
export async function openCluster(template: string, dataDir: string): Promise<Cluster> {
  await run('cp', ['-a', template, dataDir]);
  return startCluster(dataDir);
}

/** Starts the cluster in `dataDir`. */
export async function startCluster(dataDir: string): Promise<Cluster> {
  let server: Postgres = await startPostgres({ dataDir });
  const { host, port, user, password } = server;
  return {
    port,
    user,
    password,
    dataDir,
    query: (sql, values = []) => ask({ host, port, user, password, database: DATABASE }, sql, values),
    kill: () => server.kill(),
    halt: () => server.stop(),
    async start() {
      server = await startPostgres({ dataDir, port });
    },
    async saveTo(backup) {
      await run('cp', ['-a', dataDir, backup]);
    },
    async restoreFrom(backup) {
      await rm(dataDir, { recursive: true });
      await run('cp', ['-a', backup, dataDir]);
    },
  };
}

/** Uses a new connection, because the server may have been replaced a moment ago. */
async function ask<R extends object>(
  address: pg.ClientConfig,
  sql: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const client = new pg.Client({ database: 'postgres', connectionTimeoutMillis: 5000, ...address });
  client.on('error', nothing);
  await client.connect();
  try {
    return (await client.query<R>(sql, [...values])).rows;
  } finally {
    await client.end().catch(nothing);
  }
}

function nothing(): void {}
