import { randomUUID } from 'node:crypto';
import type { ClientConfig } from 'pg';
import { runAsAdmin, TEMPLATE, type TestServerAddress } from './test-server.js';

export interface TestDatabase {
  /** For `pg` and for everything of ours that takes a connection. */
  readonly connection: ClientConfig;
  /** The same as the `database` section of the configuration. */
  readonly settings: TestServerAddress & { readonly name: string; readonly sslMode: 'disable' };
  /** Removes it, cutting the sessions that are still there. */
  drop(): Promise<void>;
}

/** A migrated database of the caller's own (about 40 ms) on the run's server or another; `empty` leaves the migrations out. */
export async function makeTestDatabase(
  options: { readonly empty?: boolean; readonly server?: TestServerAddress } = {},
): Promise<TestDatabase> {
  const server = options.server ?? serverAddress();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runAsAdmin(server, `create database ${name} template ${options.empty ? 'template0' : TEMPLATE}`);
  return {
    connection: { ...server, database: name },
    settings: { ...server, name, sslMode: 'disable' },
    drop: () => runAsAdmin(server, `drop database if exists ${name} with (force)`),
  };
}

function serverAddress(): TestServerAddress {
  const text = process.env.TESTKIT_POSTGRES;
  if (!text) throw new Error('no test server: is this test file in the jest project "real"?');
  return JSON.parse(text) as TestServerAddress;
}
