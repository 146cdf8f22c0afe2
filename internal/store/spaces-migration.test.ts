import { beforeAll, expect, it } from '@jest/globals';
import { spaces } from '../../migrations/0034-spaces.js';
import { spaceKeys } from '../../migrations/0035-space-keys.js';
import { useTestDatabase } from '../testkit/servers/use-test-database.js';
import type { Db } from './postgres/knex.js';

const used = useTestDatabase();
let db: Db;
beforeAll(() => {
  db = used.db;
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
  await spaceKeys.down(db);
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

it('spaces that had keys before the catalog contained them are changes of the catalog', async () => {
  await db('spaces').insert({ id: 100, key: 'acme', created_by_id: 1, updated_by_id: 1 });
  await spaceKeys.up(db);
  const versions = await db('spaces').where('catalog_version', '>', 0).pluck('id');
  expect(versions).toEqual(['100']);
  await spaceKeys.down(db);
  await db('spaces').where({ id: 100 }).update({ key: 'other' });
  await spaceKeys.up(db);
  const [{ catalog_version: before }] = await db('spaces').where({ id: 100 }).select('catalog_version');
  await db('spaces').where({ id: 100 }).update({ key: 'acme' });
  const [{ catalog_version: after }] = await db('spaces').where({ id: 100 }).select('catalog_version');
  expect(Number(after)).toBeGreaterThan(Number(before));
});
