import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { makeTestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { migrate, migrationStatus } from './migrate.js';
import { requireUsableServer, whyUnusable } from './usable-server.js';

describe('a version of PostgreSQL', () => {
  it.each([90_624, 100_023, 120_022])('%s is refused, in a sentence that says which are not', (version) => {
    expect(whyUnusable({ version, encoding: 'UTF8' })).toMatch(/too old: hukz needs PostgreSQL 13 or newer/);
  });

  it.each([130_000, 150_010, 180_004])('%s is not refused', (version) => {
    expect(whyUnusable({ version, encoding: 'UTF8' })).toBeUndefined();
  });
});

describe('a database', () => {
  it.each(['LATIN1', 'LATIN9', 'WIN1252', 'SQL_ASCII', 'EUC_JP'])(
    'of the encoding %s is refused, and nothing is made in it',
    async (encoding) => {
      const database = await makeTestDatabase({ empty: true });
      const name = `${database.settings.name}_other`;
      const admin = new pg.Client(database.connection);
      await admin.connect();
      try {
        await admin.query(`create database ${name} encoding '${encoding}' locale 'C' template template0`);
        const connection = { ...database.connection, database: name };
        const words = `the encoding of the database is ${encoding}: hukz needs UTF8`;
        await expect(migrate(connection, 'up', makeTestLogger())).rejects.toThrow(words);
        await expect(migrationStatus(connection)).rejects.toThrow(words);
        const client = new pg.Client(connection);
        await client.connect();
        expect((await client.query("select from pg_class where relname = 'hukz_migrations'")).rows).toEqual([]);
        await client.end();
      } finally {
        await admin.query(`drop database if exists ${name} with (force)`);
        await admin.end();
        await database.drop();
      }
    },
  );

  it('of our own needs is not refused', async () => {
    const database = await makeTestDatabase({ empty: true });
    await expect(requireUsableServer(database.connection)).resolves.toBeUndefined();
    await database.drop();
  });
});
