import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../../testkit/kits/test-journal.js';
import { wholeReads } from '../../../testkit/whole-reads.js';
import { PARK_WAITING, parkWaiting } from './park-waiting.js';

const STEP = 5000;
let kit: TestJournal;

beforeAll(async () => {
  kit = await makeTestJournal();
  await kit.sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled)
    select 1, 1, '', 'http://receiver.example/', true from generate_series(2, 20)`);
});
beforeEach(async () => {
  await kit.sql('truncate deliveries, messages');
  await kit.sql('update webhooks set enabled = true, paused_at = null, circuit_opened_at = null');
});
afterAll(() => kit.stop());

const insert = async (webhookId: number, count: number, due = `now() - interval '1 minute' + n * interval '1 us'`) => {
  const { message } = await kit.owe();
  await kit.sql(
    `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
     select gen_random_uuid(), $1, to_timestamp($2::float8 / 1000), $3, n, ${due} from generate_series(1, $4) n`,
    [message.id, message.receivedAt, webhookId, count],
  );
};
const pause = (id: number) => kit.sql('update webhooks set paused_at = now() where id = $1', [id]);
const parkedCount = async () =>
  (await kit.sql<{ n: number }>(`select count(*)::int as n from deliveries where due_at = 'infinity'`))[0]?.n;
const step = (id = 2) => parkWaiting(kit.pool, id, STEP);

it.each(['paused_at = now()', 'circuit_opened_at = now()', 'enabled = false'])(
  'what is due of a webhook with %s is parked in steps, oldest first',
  async (rests) => {
    await insert(2, 2 * STEP + 7);
    await insert(3, 10);
    expect(await step()).toBe(0);
    await kit.sql(`update webhooks set ${rests} where id = 2`);
    expect(await step()).toBe(STEP);
    const [newest] = await kit.sql<{ n: number }>(`select max(bytes) as n from deliveries where due_at = 'infinity'`);
    expect(newest?.n).toBe(STEP);
    expect([await step(), await step(), await step()]).toEqual([STEP, 7, 0]);
    expect(await parkedCount()).toBe(2 * STEP + 7);
  },
);

it('what waits for its next attempt, or is in the hands of an instance, stays as it is', async () => {
  await insert(2, 5);
  await insert(2, 3, `now() + interval '1 hour'`);
  await kit.sql(
    'update deliveries set owner = $1 where id = (select id from deliveries where webhook_id = 2 limit 1)',
    [kit.instance],
  );
  await pause(2);
  expect(await step()).toBe(4);
});

it('the webhook is not resumed, and no other instance makes a step, during a step; claims continue', async () => {
  await insert(2, 50);
  await insert(3, 10);
  await pause(2);
  let resumed: Promise<unknown> | undefined;
  await kit.pool.transaction(async (run) => {
    expect(await run(PARK_WAITING, [2, 20])).toEqual([{ parked: 20 }]);
    expect(await step()).toBe(0);
    const { deliveries } = await kit.journal.claim({ deliveries: 100, bytes: 1 << 30, except: [] });
    expect(deliveries.filter(({ webhookId }) => webhookId === 3)).toHaveLength(10);
    resumed = kit.sql('update webhooks set paused_at = null where id = 2');
    expect(await Promise.race([resumed, new Promise((resolve) => setImmediate(resolve, 'not yet'))])).toBe('not yet');
  });
  await resumed;
  expect(await step()).toBe(0);
});

it('a step goes by the index of what waits for its webhook, and costs no more where many more wait', async () => {
  await insert(2, 20_000);
  for (const other of [3, 4, 5]) await insert(other, 20_000);
  await kit.sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled)
    select 1, 1, '', 'http://receiver.example/', true from generate_series(1, 5000)`);
  await pause(2);
  await kit.sql('vacuum analyze deliveries, webhooks');
  const before = await buffersOf(500);
  expect(before.plan).toMatch(/Index Scan using deliveries_waiting on deliveries/);
  expect(before.plan).toMatch(/Index Scan using webhooks_pkey on webhooks/);
  expect(wholeReads(before.plan)).toEqual([]);
  // The update changes 500 rows and their entries in five indexes.
  expect(before.buffers).toBeLessThan(500 * 40);
  await insert(2, 60_000);
  await kit.sql('vacuum analyze deliveries');
  const after = await buffersOf(500);
  expect(after.buffers).toBeLessThan(before.buffers * 1.5);
});

/** The number of pages that a step reads. The step is rolled back. */
async function buffersOf(limit: number) {
  const undone = new Error('undone');
  let plan = '';
  await kit.pool
    .transaction(async (run) => {
      const text = `explain (analyze, buffers, costs off) ${PARK_WAITING.text}`;
      const rows = await run<Record<string, string>>({ text }, [2, limit]);
      plan = rows.map((row) => row['QUERY PLAN'] ?? '').join('\n');
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  const [, hit, read] = /shared hit=(\d+)(?: read=(\d+))?/.exec(plan) ?? [];
  return { buffers: Number(hit) + Number(read ?? 0), plan };
}
