import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../local/postgres.js';
import { migrate } from '../../store/postgres/migrate.js';
import { makeTestLogger } from '../kits/test-logger.js';

/** The migrated database from which every test's database is copied. */
export const TEMPLATE = 'hukz_template';

export interface TestServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Starts a temporary PostgreSQL with a migrated template database. */
export async function startTestServer(): Promise<{ address: TestServerAddress; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hukz-test-pg-'));
  const server = await startPostgres({ dataDir, fsync: false });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const { host, port, user, password } = server;
  const address = { host, port, user, password };
  try {
    await runAsAdmin(address, `create database ${TEMPLATE}`);
    await migrate({ ...address, database: TEMPLATE }, 'up', makeTestLogger());
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, stop };
}

/** Runs one statement in the database that always exists. */
export async function runAsAdmin(address: TestServerAddress, sql: string): Promise<void> {
  const client = new pg.Client({ ...address, database: 'postgres' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
