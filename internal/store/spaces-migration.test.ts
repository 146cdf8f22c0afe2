import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spaces } from '../../migrations/0034-spaces.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { type Db, makeKnex } from './postgres/knex.js';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await makeTestDatabase();
  db = makeKnex(database.connection, { max: 2 });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** Inserts a webhook as an instance of the previous version does. */
const insert = (space_id: number, cells: object = {}) =>
  db('webhooks').insert({
    space_id,
    name: '',
    url: 'http://a.b',
    enabled: true,
    created_by_id: 3,
    updated_by_id: 4,
    ...cells,
  });

it('each number that a webhook uses becomes a space, and so does each number that a previous version uses later', async () => {
  await spaces.down(db);
  await insert(7, { created_at: '2026-01-01' });
  await insert(7, { created_by_id: 9 });
  await insert(2 ** 53 - 1);
  await insert(5, { deleted_at: new Date() });
  await spaces.up(db);
  const stored = () => db('spaces').orderBy('id').select('id', 'created_by_id', 'name', 'tags', 'key', 'revision');
  const unnamed = { created_by_id: '3', name: '', tags: {}, key: null, revision: 1 };
  const found = [
    { id: '7', ...unnamed },
    { id: '9007199254740991', ...unnamed },
  ];
  expect(await stored()).toEqual(found);
  expect((await db('spaces').where({ id: 7 }).first('created_at')).created_at).toEqual(new Date('2026-01-01'));
  await insert(8);
  await insert(8, { created_by_id: 9 });
  await insert(6, { deleted_at: new Date() });
  expect(await stored()).toEqual([found[0], { id: '8', ...unnamed }, found[1]]);
  await spaces.down(db);
  await insert(9);
  await spaces.up(db);
  expect(await db('spaces').orderBy('id').pluck('id')).toEqual(['7', '8', '9', '9007199254740991']);
});
