import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { type Db, makeKnex } from '../postgres/knex.js';
import { type AuditFilter, listAudit } from './audit-list.js';

const ROWS = 200_000;
/** The table has more than 4,000 pages. Counting reads up to 1,000 rows, and as many pages. */
const MAX_PAGES = 1500;

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await makeTestDatabase();
  db = makeKnex(database.connection, { max: 1 });
  await db.raw(`
    insert into audit (at, principal, of_all_spaces, action, object, space_id, changes)
    select '2026-01-01Z'::timestamptz + n * interval '1 second',
      case when n = 777 then 'token:rare' else 'token:' || n % 10 end, true,
      case when n = 778 then 'token.revoke' else 'log.read' end, 'webhook:' || n % 5000,
      case when n = 779 then 9 when n % 2 = 0 then n % 50 end, '{"name":{"before":"a","after":"b"}}'
    from generate_series(1, ${ROWS}) n`);
  await db.raw('vacuum analyze audit');
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

interface Plan {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

async function pagesOf(work: () => Promise<unknown>): Promise<{ readonly pages: number; readonly plan: string }> {
  const sent: { sql: string; bindings: readonly unknown[] }[] = [];
  const note = (query: { sql: string; bindings: readonly unknown[] }) => sent.push(query);
  db.on('query', note);
  await work();
  db.removeListener('query', note);
  const plans: Plan[] = [];
  for (const { sql, bindings } of sent.filter((each) => !each.sql.startsWith('explain'))) {
    const text = `explain (analyze, buffers, format json) ${sql.replaceAll(/\$\d+/g, '?')}`;
    const { rows } = await db.raw(text, bindings as never);
    plans.push(rows[0]['QUERY PLAN'][0].Plan);
  }
  const pages = plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0);
  return { pages, plan: JSON.stringify(plans) };
}

const newest = { since: new Date('2026-01-02T00:00:00Z'), until: new Date('2026-01-02T00:05:00Z') };

it.each<[string, Partial<AuditFilter>]>([
  ['all', {}],
  ['of a frequent principal', { principal: 'token:3' }],
  ['of a rare principal', { principal: 'token:rare' }],
  ['of an unknown principal', { principal: 'nobody' }],
  ['with a frequent action', { action: 'log.read' }],
  ['with a rare action', { action: 'token.revoke' }],
  ['of an object', { object: 'webhook:17' }],
  ['of a space', { spaces: [8] }],
  ['of a space that has one', { spaces: [9] }],
  ['of a space that has none', { spaces: [99] }],
  ['of a range of time', newest],
  ['of a space and an action', { spaces: [8], action: 'log.read' }],
  ['of a space and a rare action', { spaces: [8], action: 'token.revoke' }],
])('with many rows, a page %s reads a bounded number of pages', async (_name, filter) => {
  const page = { limit: 100, page: 1 };
  const { pages, plan } = await pagesOf(() => listAudit(db, { spaces: 'all', ...filter }, page));
  expect([pages < MAX_PAGES ? 'few' : pages, plan.includes('Seq Scan')]).toEqual(['few', false]);
  const { nodes } = await listAudit(db, { spaces: 'all', ...filter }, page);
  expect(nodes.map(({ id }) => Number(id))).toEqual(nodes.map(({ id }) => Number(id)).toSorted((a, b) => b - a));
});
