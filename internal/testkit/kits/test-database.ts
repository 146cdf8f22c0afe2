import { randomUUID } from 'node:crypto';
import pg, { type ClientConfig } from 'pg';
import { watchLeaks } from '../leaks/watch-leaks.js';
import { runAsAdmin, TEMPLATE, type TestServerAddress } from '../servers/test-server.js';

export interface TestDatabase {
  /** Connection options for `pg` and for functions of hukz that take a connection. */
  readonly connection: ClientConfig;
  /** The same options in the form of the configuration's `database` section. */
  readonly settings: TestServerAddress & { readonly name: string; readonly sslMode: 'disable' };
  /** Drops the database and terminates its remaining sessions. */
  drop(): Promise<void>;
}

/**
 * A migrated database for the caller alone (about 40 ms) on the run's server or another one; with `empty` it is not
 * migrated.
 */
export async function makeTestDatabase(
  options: { readonly empty?: boolean; readonly server?: TestServerAddress } = {},
): Promise<TestDatabase> {
  const server = options.server ?? serverAddress();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runAsAdmin(server, `create database ${name} template ${options.empty ? 'template0' : TEMPLATE}`);
  return {
    connection: { ...server, database: name },
    settings: { ...server, name, sslMode: 'disable' },
    async drop() {
      if (!options.empty) await watchAudit({ ...server, database: name });
      await runAsAdmin(server, `drop database if exists ${name} with (force)`);
    },
  };
}

/** No row of the audit may have a secret. A test may have changed the table, or dropped the database. */
async function watchAudit(connection: ClientConfig): Promise<void> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5000, statement_timeout: 5000 });
  try {
    await client.connect();
    const { rows } = await client.query('select a::text as row from audit a');
    for (const { row } of rows) watchLeaks('a row of the audit', row);
  } catch {
    return;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function serverAddress(): TestServerAddress {
  const text = process.env.TESTKIT_POSTGRES;
  if (!text) throw new Error('no test server: is this test file in the jest project "real"?');
  return JSON.parse(text) as TestServerAddress;
}
