import { afterEach, expect, it } from '@jest/globals';
import { makeKnex } from '../store/postgres/knex.js';
import { migrationStatus } from '../store/postgres/migrate.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { runAsAdmin } from '../testkit/servers/test-server.js';
import { openDatabase } from './open/open-database.js';
import { findReadiness, probeDatabase } from './telemetry/readiness.js';

let database: TestDatabase;
const setReadOnly = (how: 'on' | 'off') =>
  runAsAdmin(database.settings, `alter database ${database.settings.name} set default_transaction_read_only = ${how}`);

afterEach(() => database.drop());

it('a database that can only read is waited for at the start', async () => {
  database = await makeTestDatabase({ empty: true });
  await setReadOnly('on');
  const logger = makeTestLogger();
  const { connection } = database;
  const opening = openDatabase({ connection, migrate: true, logger, signal: new AbortController().signal });
  await eventually(() => logger.lines.some(({ name }) => name === 'database.waited_for'), { what: 'it is waited for' });
  await setReadOnly('off');
  await opening;
  expect((await migrationStatus(connection)).every(({ applied }) => applied)).toBe(true);
});

it('a database that can only read is not ready, although it answers', async () => {
  database = await makeTestDatabase();
  await setReadOnly('on');
  const db = makeKnex(database.connection, { max: 1 });
  try {
    expect((await db.raw('select 1 as one')).rows).toEqual([{ one: 1 }]);
    const { troubles } = await findReadiness({
      databaseTrouble: probeDatabase(db),
      journalTrouble: () => undefined,
      natsProblem: () => undefined,
      subjects: () => [],
      degraded: () => [],
      isTrusted: () => true,
      isStopping: () => false,
    });
    expect(troubles.database).toEqual({
      summary: 'it accepts no writes',
      detail: expect.stringContaining('read-only transaction'),
    });
  } finally {
    await db.destroy();
  }
});
