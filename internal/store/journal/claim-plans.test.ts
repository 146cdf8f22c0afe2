import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import { CLAIM_AROUND, CLAIM_OLDEST } from './claim/claim-statements.js';
import { eachRange, IN_RANGE } from './claim/owned-ranges.js';
import { UNPARK, unpark } from './claim/park.js';

const HELD_UP = 40_000;
const ROOM = { deliveries: 100, bytes: 1 << 30, except: [1], others: 128 };
let kit: TestJournal;

beforeAll(async () => {
  kit = await makeTestJournal();
  await kit.sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled)
    select 1, 1, '', 'http://receiver.example/', true from generate_series(2, 1000)`);
  await kit.owe();
  const [message] = await kit.sql<{ id: string; at: string }>('select id, received_at::text as at from messages');
  const insert = (webhook: string, due: string, count: number) =>
    kit.sql(
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
       select gen_random_uuid(), $1, $2, ${webhook}, 10, ${due} from generate_series(1, ${count}) n`,
      [message?.id, message?.at],
    );
  await insert('1', `now() - interval '1 hour' + n * interval '1 ms'`, HELD_UP);
  await insert('2 + n % 500', `now() - interval '1 minute'`, 1000);
  await insert('600 + n % 300', `now() + interval '1 day'`, 900);
  await insert('3', `'infinity'`, 5000);
  await kit.sql('analyze deliveries');
});
afterAll(() => kit.stop());

/** The number of pages that a statement reads per execution. */
const buffersOf = async (text: string, values: readonly unknown[]) => {
  const rows = await kit.sql<Record<string, string>>(`explain (analyze, buffers, costs off) ${text}`, values);
  const plan = rows.map((row) => row['QUERY PLAN'] ?? '');
  const [, hit, read] = /shared hit=(\d+)(?: read=(\d+))?/.exec(plan.join('\n')) ?? [];
  return { buffers: Number(hit) + Number(read ?? 0), plan: plan.join('\n') };
};

it.each([
  { ...CLAIM_OLDEST, most: 3000 },
  { ...CLAIM_AROUND, most: 8000 },
])('$name costs no more for a queue of many that are left out', async ({ text, most }) => {
  const values = [kit.instance, [1], 100, 1 << 30, [], [], 128];
  const { buffers, plan } = await buffersOf(text, values);
  expect(buffers).toBeLessThan(most);
  expect(plan).not.toContain('Seq Scan on deliveries');
});

it('a claim goes round the queue of a full lane, and takes a part of each of the others', async () => {
  const { deliveries } = await kit.journal.claim(ROOM);
  expect(deliveries).toHaveLength(100);
  const webhooks = new Set(deliveries.map(({ webhookId }) => webhookId));
  expect([webhooks.has(1), webhooks.size]).toEqual([false, 100]);
  await kit.journal.unclaim(deliveries);
});

it('a claim takes of each lane as much as it has room for, and the longest queue leaves room for the others', async () => {
  const { deliveries } = await kit.journal.claim({ ...ROOM, deliveries: 400, except: [], lanes: new Map([[1, 3]]) });
  const ofFirst = deliveries.filter(({ webhookId }) => webhookId === 1).length;
  // The claim of the oldest deliveries and the walk around them are two statements, and each applies the room of a
  // lane.
  expect(ofFirst).toBeGreaterThanOrEqual(3);
  expect(ofFirst).toBeLessThanOrEqual(6);
  expect(deliveries.length).toBeGreaterThan(300);
  await kit.journal.unclaim(deliveries);
});

it('parked deliveries cost no more to find where a million wait in order, or for others', async () => {
  await kit.sql(
    `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, order_key, order_no)
     select gen_random_uuid(), message_id, received_at, 5, 10, 'infinity', gen_random_uuid(), 1
     from deliveries cross join generate_series(1, 2) limit 60000`,
  );
  await kit.sql('analyze deliveries');
  await kit.sql('update webhooks set paused_at = now() where id = 3');
  const { buffers, plan } = await buffersOf(UNPARK.text, [100]);
  await kit.sql('update webhooks set paused_at = null');
  expect(plan).not.toContain('Seq Scan on deliveries');
  expect(buffers).toBeLessThan(100);
  await kit.sql('delete from deliveries where order_key is not null');
});

it('parked deliveries are unparked by webhook, up to the limit', async () => {
  expect(await unpark(kit.pool, 2000)).toBe(2000);
  expect(await unpark(kit.pool, 5000)).toBe(3000);
  expect(await unpark(kit.pool, 5000)).toBe(0);
});

it('what deleted webhooks are owed is looked for among those that were deleted of late, however many live', async () => {
  await kit.sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled, deleted_at)
    select 1, 1, '', 'http://receiver.example/', true, case when n <= 5 then now() end from generate_series(1, 20000) n`);
  await kit.sql('vacuum analyze webhooks');
  const { buffers, plan } = await buffersOf(UNPARK.text, [100]);
  expect(plan).toContain('Index Scan using webhooks_deleted');
  expect(plan).not.toContain('Seq Scan on webhooks');
  expect(buffers).toBeLessThan(100);
});

it('the table is gone through in parts, each row once', async () => {
  const [all] = await kit.sql<{ n: number }>('select count(*)::int as n from deliveries');
  let parts = 0;
  let rows = 0;
  const text = `select count(*)::int as n from deliveries where ${IN_RANGE}`;
  await eachRange(
    kit.pool.run,
    async (range) => {
      const { plan } = await buffersOf(text, range);
      expect(plan).toContain('Tid Range Scan');
      parts++;
      rows += (await kit.sql<{ n: number }>(text, range))[0]?.n ?? 0;
    },
    100,
  );
  expect([parts > 3, rows]).toEqual([true, all?.n]);
});
