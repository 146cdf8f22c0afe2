import { readdir } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { migrations } from '../../migrations/list.js';
import { makeTestDatabase } from '../testkit/kits/test-database.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeKnex } from './postgres/knex.js';
import { migrate, migrationStatus } from './postgres/migrate.js';

const names = migrations.map(({ name }) => name);

it('migrations are listed in the order of their numbers, each file once', async () => {
  const files = (await readdir('migrations')).filter((file) => /^\d{4}-.*\.ts$/.test(file));
  expect(names).toEqual(files.map((file) => file.replace('.ts', '')).sort());
});

it('a database that took its migrations in another order is complete, and nothing of it is run again', async () => {
  const database = await makeTestDatabase();
  const db = makeKnex(database.connection, { max: 1 });
  await db('hukz_migrations').where({ name: '0020-publish-only' }).update({ id: 1_000_000 });
  await db.destroy();
  expect((await migrationStatus(database.connection)).every(({ applied }) => applied)).toBe(true);
  expect(await migrate(database.connection, 'up', makeTestLogger())).toEqual([]);
  await database.drop();
});
