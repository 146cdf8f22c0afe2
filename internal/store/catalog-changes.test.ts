import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { Catalog, type CatalogChanges } from '../domain/catalog.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/test-database.js';
import { makeTestLogger } from '../testkit/test-logger.js';
import { loadCatalogChanges } from './catalog-changes.js';
import { type JournalPool, makeJournalPool } from './journal/journal-pool.js';

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

const load = async (since: number) => {
  const parts: CatalogChanges[] = [];
  await loadCatalogChanges(pool, since, (part) => parts.push(part));
  return parts;
};

it('a catalog is loaded in parts of at most 500 rows, of which the last alone bears the new version', async () => {
  const catalog = new Catalog();
  const parts = await load(0);
  for (const part of parts) catalog.apply(part);
  expect(catalog.size).toEqual({ events: EVENTS, webhooks: WEBHOOKS });
  expect(Math.max(...parts.map(({ events, webhooks }) => events.length + webhooks.length))).toBe(500);
  const versions = parts.map(({ version }) => version);
  expect(new Set(versions.slice(0, -1))).toEqual(new Set([0]));
  expect(versions.at(-1)).toBeGreaterThan(0);
  // What is the same for all of them is there once.
  expect(catalog.webhook(2)?.eventIds).toBe(catalog.webhook(1)?.eventIds);
  const tag = { key: 'customer', value: 'c77' };
  expect(catalog.match('a.b1', { tags: [tag], spaceId: undefined })?.map(({ url }) => url)).toEqual([
    'http://one.example/77',
  ]);
});

it('a change of one among many is loaded as one, by an index', async () => {
  const since = (await load(0)).at(-1)?.version ?? 0;
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

it('a part that cannot be applied ends the loading and leaves the connection usable', async () => {
  const broken = loadCatalogChanges(pool, 0, () => {
    throw new Error('no room');
  });
  await expect(broken).rejects.toThrow('no room');
  expect((await load(0)).length).toBeGreaterThan(3);
});
