import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userPrincipal } from '../identity/principal.js';
import { visibleTo } from '../identity/visibility.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { findDeliveries } from './deliveries/list/find-deliveries.js';
import type { DeliveryFilter } from './deliveries/list/list-filter.js';
import { loadListed } from './deliveries/list/listed-deliveries.js';
import { listMessages, type MessageFilter } from './deliveries/message-list.js';
import { findLog } from './deliveries/webhook-logs.js';
import { type Db, makeKnex } from './postgres/knex.js';

const visibleToUser = (userId: number) => visibleTo(userPrincipal(userId));
const ROWS = 60_000;
/** The webhook that everything is owed to, and one that nothing is owed to. */
const [FREQUENT, RARE] = [1, 2];
/** A row that is looked at costs at most its page, its webhook, and a lookup of its message by an index. */
const MAX_PAGES = 60_000;

let database: TestDatabase;
let db: Db;

/** An id as the service makes it: it begins with the time of the message, in milliseconds. */
const ID = (n: string, kind: number) => `
  (lpad(to_hex((extract(epoch from ${AT(n)}) * 1000)::bigint), 12, '0') || '7${kind}0080000000' || lpad(to_hex(${n}), 8, '0'))::uuid`;
const AT = (n: string) => `'2026-01-01Z'::timestamptz + ${n} * interval '5 seconds'`;

beforeAll(async () => {
  database = await makeTestDatabase();
  db = makeKnex(database.connection, { max: 1 });
  const fill = (text: string) => db.raw(`${text} from generate_series(1, ${ROWS}) n`);
  await db.raw(`
    insert into webhooks (created_by_id, updated_by_id, name, url, enabled)
      select 1, 1, 'n', 'http://example.com', true from generate_series(1, 2);
    select hukz_ensure_partition(name, day::date)
      from unnest(array['messages', 'webhook_logs']) name, generate_series('2026-01-01', '2026-01-05', interval '1 day') day`);
  await fill(`
    insert into messages (id, received_at, subject, payload, owed_to, delivery_ids)
    select ${ID('n', 1)}, ${AT('n')}, 'event.1', '{}', case when n % 100 > 0 then '{1}'::int[] else '{}' end,
      case when n % 100 > 0 then array[${ID('n', 2)}] else '{}' end`);
  await fill(`
    insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
    select ${ID('n', 2)}, ${ID('n', 1)}, ${AT('n')}, ${FREQUENT}, 10, now() + interval '1 day'`);
  await fill(`
    insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because, event, created_by_id)
    select ${ID('n', 3)}, ${ID('n', 1)}, ${AT('n')}, ${FREQUENT}, 1, ${AT('n')}, 'exhausted', 'event.1', 1`);
  await fill(`
    insert into webhook_logs (created_at, created_by_id, event, url, tags, webhook_id, space_id, message_id, received_at,
      delivery_id, attempt, outcome, duration_ms)
    select ${AT('n')}, 1, 'event.1', 'http://example.com', '{}', ${FREQUENT}, 0, ${ID('n', 1)}, ${AT('n')},
      ${ID('n', 4)}, 1, case when n % 50 > 0 then 'delivered' else 'cancelled' end, 1`);
  await db.raw('vacuum analyze webhooks, messages, deliveries, dead_letters, webhook_logs');
}, 120_000);
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

const readsRows = (node: Plan) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) > 0;
const nodesOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Runs the work, and explains each of its statements as it was executed. */
async function explained(work: () => Promise<unknown>): Promise<readonly Plan[]> {
  const sent: { sql: string; bindings: readonly unknown[] }[] = [];
  const note = (query: { sql: string; bindings: readonly unknown[] }) => sent.push(query);
  db.on('query', note);
  await work();
  db.removeListener('query', note);
  const plans: Plan[] = [];
  for (const { sql, bindings } of sent) {
    const text = `explain (analyze, buffers, format json) ${sql.replaceAll(/\$\d+/g, '?')}`;
    const { rows } = await db.raw(text, bindings as never);
    plans.push(rows[0]['QUERY PLAN'][0].Plan);
  }
  return plans;
}

async function expectBounded(work: () => Promise<unknown>): Promise<void> {
  const plans = await explained(work);
  const pages = plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0);
  expect(pages).toBeLessThan(MAX_PAGES);
  const large = /^(?:deliveries|dead_letters|messages|webhook_logs)(?:_\d+)?$/;
  const scanned = plans
    .flatMap(nodesOf)
    // The partition of the last day is empty.
    .filter((node) => node['Node Type'] === 'Seq Scan' && large.test(node['Relation Name'] ?? '') && readsRows(node));
  expect(scanned.map((node) => node['Relation Name'])).toEqual([]);
}

const page = async (filter: Partial<DeliveryFilter>) => {
  const { keys } = await findDeliveries(db, { visible: visibleToUser(1), ...filter }, { limit: 100 });
  return loadListed(db, keys);
};

describe('with many rows, a page of deliveries reads a bounded number of pages by indexes', () => {
  const states = ['pending', 'held', 'dead', 'delivered', 'cancelled', 'lost', undefined] as const;
  it.each(states)('in the state %s', async (state) => {
    await expectBounded(() => page({ state }));
  });

  it.each(states)('in the state %s of a webhook that has none', async (state) => {
    await expectBounded(() => page({ state, webhookId: RARE }));
  });

  it.each(states)('in the state %s of a subject that has none, and of another user', async (state) => {
    await expectBounded(() => page({ state, subject: 'event.2' }));
    await expectBounded(() => page({ state, visible: visibleToUser(9) }));
  });

  it('and a walk to the end finds each delivery once, however rarely one fits', async () => {
    const wanted = await db('deliveries').orderBy('id', 'desc').limit(3).offset(30_000).pluck('id');
    await db('deliveries').whereIn('id', wanted).update({ due_at: 'infinity' });
    const found: string[] = [];
    let cursor: readonly string[] | undefined;
    let pages = 0;
    do {
      const { keys, next } = await findDeliveries(
        db,
        { visible: visibleToUser(1), state: 'held' },
        { limit: 2, cursor },
      );
      found.push(...keys.map(({ deliveryId }) => deliveryId));
      cursor = next?.split('.');
      pages++;
    } while (cursor);
    expect(found).toEqual(wanted);
    expect(pages).toBeLessThan(12);
  });
});

describe('with many rows, a page of messages reads a bounded number of pages by indexes', () => {
  it.each<[string, Partial<MessageFilter>]>([
    ['all', {}],
    ['unmatched', { isMatched: false }],
    ['matched', { isMatched: true }],
    ['of a subject that has none', { subject: 'event.2' }],
    ['unmatched, of a subject that has none', { isMatched: false, subject: 'event.2' }],
    ['of a space that has none', { spaces: [9] }],
  ])('%s', async (_name, filter) => {
    await expectBounded(() => listMessages(db, { spaces: 'all', ...filter }, { limit: 100 }));
  });

  it('and unmatched ones come by their own index', async () => {
    const plans = await explained(() => listMessages(db, { spaces: 'all', isMatched: false }, { limit: 100 }));
    expect(JSON.stringify(plans)).toMatch(/messages_\d+_received_at_id_idx/);
    const { nodes } = await listMessages(db, { spaces: 'all', isMatched: false }, { limit: 100 });
    expect(nodes.map(({ webhooks }) => webhooks)).toEqual(Array(100).fill(0));
  });
});

it('with many rows, a log comes by its id from the ranges that may have it', async () => {
  const [{ id } = { id: 0 }] = await db('webhook_logs').select('id').orderBy('created_at').offset(20_000).limit(1);
  const plans = await explained(() => findLog(db, { id: Number(id), visible: visibleToUser(1) }));
  expect(JSON.stringify(plans)).toContain('Bitmap Index Scan');
  expect(plans[0]?.['Shared Hit Blocks']).toBeLessThan(400);
});
