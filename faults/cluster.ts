import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Postgres, startPostgres } from '../internal/local/postgres.js';
import { migrate } from '../internal/store/migrate.js';

const run = promisify(execFile);

export const DATABASE = 'hukz';
/** Not migrated: for scenarios of migrators. */
export const EMPTY_DATABASE = 'empty';

/** A PostgreSQL of one scenario's own, with fsync. */
export interface Cluster {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly dataDir: string;
  query<R extends object>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  halt(): Promise<void>;
  start(): Promise<void>;
  /** Copies its files while it is halted. */
  saveTo(backup: string): Promise<void>;
  /** Puts a copy in the place of its files while it is halted. */
  restoreFrom(backup: string): Promise<void>;
}

/** A cluster with an empty database and a migrated one, to be copied: initdb is done once. */
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

/** Copies the template to `dataDir` and starts it. */
export async function openCluster(template: string, dataDir: string): Promise<Cluster> {
  await run('cp', ['-a', template, dataDir]);
  return startCluster(dataDir);
}

/** Starts what is in `dataDir`. */
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

/** On a connection of its own, as the server may have been another one a moment ago. */
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
