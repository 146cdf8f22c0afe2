import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Catalog, type CatalogChanges, type CatalogState } from '../../domain/matching/catalog.js';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { makeTestHead } from '../../testkit/test-head.js';
import { type JournalPool, makeJournalPool } from '../journal/journal-pool.js';
import { loadCatalogChanges } from './catalog-changes.js';

const EVENTS = 700;
const WEBHOOKS = 1203;

let database: TestDatabase;
let client: pg.Client;
let pool: JournalPool;

beforeAll(async () => {
  database = await makeTestDatabase();
  client = new pg.Client(database.connection);
  await client.connect();
  await client.query(
    `insert into events (name, event, tags, created_by_id, updated_by_id)
     select 'e', 'a.b' || n, '{}', 1, 1 from generate_series(1, ${EVENTS}) n`,
  );
  await client.query(
    `insert into webhooks (name, url, enabled, tags, space_id, created_by_id, updated_by_id)
     select 'w', 'http://one.example/' || n, true, jsonb_build_object('customer', 'c' || n), n % 7, 1, 1
     from generate_series(1, ${WEBHOOKS}) n`,
  );
  await client.query('insert into webhook_events (webhook_id, event_id) select id, 1 from webhooks');
  pool = makeJournalPool(database.connection, 1, makeTestLogger());
});
afterAll(async () => {
  await pool.stop();
  await client.end();
  await database.drop();
});

const BEGINNING: CatalogState = { version: 0, stamp: '' };
const load = async (known = BEGINNING) => {
  const parts: CatalogChanges[] = [];
  await loadCatalogChanges(pool, known, (part) => parts.push(part));
  return parts;
};
/** The current state of the store. */
const stateNow = async (): Promise<CatalogState> => {
  const { version = 0, stamp = '' } = (await load()).at(-1) ?? {};
  return { version, stamp };
};
const change = () => client.query("update webhooks set name = name || 'x' where id = 1");

it('a catalog is loaded in parts of at most 500 rows, of which the last alone bears the new version', async () => {
  const catalog = new Catalog();
  const parts = await load();
  for (const part of parts) catalog.apply(part);
  expect(catalog.size).toEqual({ events: EVENTS, webhooks: WEBHOOKS });
  expect(Math.max(...parts.map(({ events, webhooks }) => events.length + webhooks.length))).toBe(500);
  const versions = parts.map(({ version }) => version);
  expect(new Set(versions.slice(0, -1))).toEqual(new Set([0]));
  expect(versions.at(-1)).toBeGreaterThan(0);
  expect(parts.map(({ stamp }) => stamp !== undefined)).toEqual([...Array(parts.length - 1).fill(false), true]);
  // Equal values of several webhooks are stored once.
  expect(catalog.webhook(2)?.eventIds).toBe(catalog.webhook(1)?.eventIds);
  const tag = { key: 'customer', value: 'c77' };
  expect(catalog.match(makeTestHead('a.b1', { tags: [tag] }))?.map(({ url }) => url)).toEqual([
    'http://one.example/77',
  ]);
});

it('a change of one among many is loaded as one, by an index', async () => {
  const since = await stateNow();
  await client.query("update webhooks set url = 'http://two.example/' where id = 5");
  await client.query('update webhooks set deleted_at = now() where id = 6');
  const parts = await load(since);
  expect(parts.flatMap(({ webhooks }) => webhooks)).toMatchObject([{ id: 5, url: 'http://two.example/' }]);
  expect(parts.flatMap(({ deletedWebhookIds }) => deletedWebhookIds)).toEqual([6]);
  expect(parts.flatMap(({ events }) => events)).toEqual([]);
  await client.query('analyze webhooks');
  const { rows } = await client.query('explain select id from webhooks where catalog_version > 3');
  expect(JSON.stringify(rows)).toContain('webhooks_catalog_version');
});

it('the keys of spaces are loaded, and again when they change, but not spaces without one', async () => {
  const add = (id: number, key: string | null) =>
    client.query('insert into spaces (id, key, created_by_id, updated_by_id) values ($1, $2, 1, 1)', [id, key]);
  const spacesSince = async (known?: CatalogState) => (await load(known)).flatMap(({ spaces }) => spaces);
  expect(await spacesSince()).toEqual([]);
  let known = await stateNow();
  const heard = async () => {
    const spaces = await spacesSince(known);
    known = await stateNow();
    return spaces;
  };
  await add(101, null);
  expect([await stateNow(), await heard()]).toEqual([known, []]);
  await add(102, 'acme');
  await add(103, 'eu');
  expect(await heard()).toEqual([
    { id: 102, key: 'acme' },
    { id: 103, key: 'eu' },
  ]);
  await client.query("update spaces set name = 'n', tags = '{}' where id = 102");
  expect([await stateNow(), await heard()]).toEqual([known, []]);
  await client.query("update spaces set key = case when id = 101 then 'first' end where id < 103 and id > 100");
  await client.query('update spaces set deleted_at = now() where id = 103');
  expect(await heard()).toEqual([{ id: 101, key: 'first' }, { id: 102 }, { id: 103 }]);
  // A webhook begins the space again, without the old key.
  await client.query(
    `insert into webhooks (name, url, enabled, tags, space_id, created_by_id, updated_by_id)
     values ('w', 'http://one.example/', false, '{}', 103, 1, 1)`,
  );
  expect(await heard()).toEqual([]);
  expect(await spacesSince()).toEqual([{ id: 101, key: 'first' }]);
});

it('a part that cannot be applied ends the loading and leaves the connection usable', async () => {
  const broken = loadCatalogChanges(pool, BEGINNING, () => {
    throw new Error('no room');
  });
  await expect(broken).rejects.toThrow('no room');
  expect((await load()).length).toBeGreaterThan(3);
});

describe('a state that was loaded before', () => {
  const historySince = (known: CatalogState) => loadCatalogChanges(pool, known, () => undefined);
  /** Sets the catalog's row and history back to an earlier state, as a restore does. */
  const restore = async (to: CatalogState) => {
    await client.query('update catalog_version set version = $1, stamp = $2', [to.version, to.stamp]);
    await client.query('delete from catalog_stamps where version > $1', [to.version]);
  };

  it('is continued by any number of changes, each with a stamp of its own', async () => {
    const known = await stateNow();
    expect(await historySince(known)).toBe('continued');
    for (let n = 0; n < 3; n++) await change();
    expect(await historySince(known)).toBe('continued');
    expect((await load(known)).flatMap(({ webhooks }) => webhooks)).toHaveLength(1);
    const { rows } = await client.query('select count(distinct stamp)::int, count(*)::int as all from catalog_stamps');
    expect(rows[0].count).toBe(rows[0].all);
  });

  it('is found to be lost after a restore, whatever the number became: lower, the same, or higher', async () => {
    const backup = await stateNow();
    await change();
    await change();
    const known = await stateNow();
    await restore(backup);
    for (const changes of ['lower', 'lower', 'the same', 'higher', 'higher']) {
      expect([changes, await historySince(known)]).toEqual([changes, 'went_back']);
      await change();
    }
    // The whole catalog is loaded then, not only the changes since that version.
    expect((await load(known)).flatMap(({ webhooks }) => webhooks).length).toBeGreaterThan(1000);
    expect(await historySince(backup)).toBe('continued');
  });

  it('is forgotten after thousands of changes, and then all of the catalog is loaded', async () => {
    const known = await stateNow();
    await client.query('update catalog_version set version = (version / 100 + 102) * 100 - 1');
    await change();
    expect(await historySince(known)).toBe('forgotten');
    expect(await historySince(await stateNow())).toBe('continued');
    const { rows } = await client.query('select count(*)::int from catalog_stamps');
    expect(rows).toEqual([{ count: 1 }]);
  });
});
