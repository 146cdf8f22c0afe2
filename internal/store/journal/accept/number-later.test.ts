import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { streamOrder } from '../../../../migrations/0009-stream-order.js';
import { makePositionId, markOf } from '../../../intake/jetstream/stream-position.js';
import { makeTestDatabase, type TestDatabase } from '../../../testkit/kits/test-database.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../../testkit/kits/test-journal.js';
import { makeKnex } from '../../postgres/knex.js';
import { claimNext, unparkFirst } from '../claim/claim-next.js';
import { IS_FIRST } from '../claim/order.js';
import { LIST_UNNUMBERED, listUnnumbered, NUMBER, numberLater } from './number-later.js';

const STREAM = { name: 'HUKZ', created: '2026-11-22T03:36:05.797229442Z' };
const MARK = markOf(STREAM);
const KEY = '11111111-1111-1111-1111-111111111111';
const OTHER_KEY = '22222222-2222-2222-2222-222222222222';
const WEBHOOK = { webhookId: 1 };
let database: TestDatabase;
let kit: TestJournal;

beforeAll(async () => {
  database = await makeTestDatabase();
  kit = await makeTestJournal(database);
});
beforeEach(() => kit.sql('truncate deliveries'));
afterAll(() => kit.stop());

/** Commits a message of the stream with one ordered delivery, as intake does. */
const commit = async (sequence: number, { stream = STREAM, orderKey = KEY } = {}) => {
  const storedAt = Date.now();
  const id = makePositionId(stream)({ streamSequence: sequence, consumerSequence: 1, delivered: 1, storedAt });
  const message = { ...makeTestMessage(String(sequence), storedAt), id };
  const delivery = { id: randomUUID(), ...WEBHOOK, wanted: false, parked: true, orderKey, isNumberedLater: true };
  await kit.journal.accept({ message, deliveries: [delivery] });
};
const order = async (orderKey = KEY) => {
  const rows = await kit.sql<{ n: number }>(
    `select hukz_sequence_of(message_id)::int as n from deliveries
     where order_key = $1 and order_no is not null order by order_no`,
    [orderKey],
  );
  return rows.map(({ n }) => n);
};
const claim = async () => {
  const claimed = await claimNext(kit.pool, kit.instance, [{ ...WEBHOOK, orderKey: KEY, wanted: true }]);
  return claimed.map(({ message }) => Number(Buffer.from(message.payload)));
};

it('what is committed in any sequence is numbered in that of its stream, up to where nothing is missing', async () => {
  for (const sequence of [7, 5, 300, 6, 9]) await commit(sequence);
  expect(await listUnnumbered(kit.pool)).toEqual([{ stream: MARK, lowest: 5, highest: 300 }]);
  expect(await numberLater(kit.pool, MARK, 7)).toEqual({ keys: [{ ...WEBHOOK, orderKey: KEY }], more: false });
  expect(await order()).toEqual([5, 6, 7]);
  await commit(8);
  await numberLater(kit.pool, MARK, 300);
  expect(await order()).toEqual([5, 6, 7, 8, 9, 300]);
  expect(await listUnnumbered(kit.pool)).toEqual([]);
  expect(await numberLater(kit.pool, MARK, 300)).toEqual({ keys: [], more: false });
});

it('a delivery without a number is not claimed, not skipped, not first, and counts as parked', async () => {
  await commit(4);
  expect(await claim()).toEqual([]);
  expect(await unparkFirst(kit.pool, 100)).toEqual({ released: 0 });
  expect(await kit.sql(`select from deliveries d where ${IS_FIRST}`)).toEqual([]);
  expect(await kit.sql(`select from deliveries where owner is null and due_at = 'infinity'`)).toHaveLength(1);
  await numberLater(kit.pool, MARK, 4);
  expect(await kit.sql(`select from deliveries d where ${IS_FIRST}`)).toHaveLength(1);
  await commit(5);
  expect(await claim()).toEqual([4]);
});

it('each stream is numbered separately, and so is one that is created again under its name', async () => {
  const again = { ...STREAM, created: '2026-11-23T03:36:05Z' };
  await commit(1, { stream: again });
  await commit(2);
  await commit(1, { orderKey: OTHER_KEY });
  const found = await listUnnumbered(kit.pool);
  expect(new Set(found)).toEqual(
    new Set([
      { stream: MARK, lowest: 1, highest: 2 },
      { stream: markOf(again), lowest: 1, highest: 1 },
    ]),
  );
  const { keys } = await numberLater(kit.pool, MARK, 2);
  expect(new Set(keys.map(({ orderKey }) => orderKey))).toEqual(new Set([KEY, OTHER_KEY]));
  expect([await order(), await order(OTHER_KEY)]).toEqual([[2], [1]]);
  await numberLater(kit.pool, markOf(again), 1);
  expect(await order()).toEqual([2, 1]);
});

it('two that number at the same time give each delivery one number, in one row', async () => {
  for (let sequence = 40; sequence > 0; sequence--) await commit(sequence);
  await Promise.all([10, 40, 20, 40, 30].map((upTo) => numberLater(kit.pool, MARK, upTo)));
  expect(await order()).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

it('a migration down numbers what waits, and up again goes on', async () => {
  const db = makeKnex(database.connection, { max: 1 });
  for (const sequence of [3, 1, 2]) await commit(sequence);
  await streamOrder.down(db);
  expect(await kit.sql('select from deliveries where order_no is null')).toEqual([]);
  await streamOrder.up(db);
  await db.destroy();
  expect(await order()).toEqual([1, 2, 3]);
  await commit(4);
  expect(await listUnnumbered(kit.pool)).toEqual([{ stream: MARK, lowest: 4, highest: 4 }]);
});

it('costs no more for a long queue, of which nothing is known', async () => {
  await kit.sql('alter table deliveries set (autovacuum_enabled = off)');
  await kit.sql(
    `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, order_key, order_no)
     select gen_random_uuid(), ('00000000-0000-7' || $1 || '-8' || $2 || '-' || lpad(to_hex(n), 12, '0'))::uuid, now(), 1, 10,
       'infinity', md5((n % 20)::text)::uuid, case when n <= 20000 then n end
     from generate_series(1, 40000) n`,
    [MARK.slice(0, 3), MARK.slice(3)],
  );
  const costOf = async (text: string, values: readonly unknown[]) => {
    const rows = await kit.sql<Record<string, string>>(`explain (analyze, buffers, costs off) ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN'] ?? '').join('\n');
    const [, hit, read] = /shared hit=(\d+)(?: read=(\d+))?/.exec(plan) ?? [];
    return Number(hit) + Number(read ?? 0);
  };
  expect(await listUnnumbered(kit.pool)).toEqual([{ stream: MARK, lowest: 20_001, highest: 40_000 }]);
  expect(await costOf(LIST_UNNUMBERED.text, [])).toBeLessThan(100);
  expect(await costOf(NUMBER.text, [MARK, 20_100, 5000])).toBeLessThan(4000);
  expect(await kit.sql('select from deliveries where order_no is not null')).toHaveLength(20_100);
  await kit.sql('analyze deliveries');
  expect(await costOf(LIST_UNNUMBERED.text, [])).toBeLessThan(100);
  expect(await costOf(NUMBER.text, [MARK, 20_200, 5000])).toBeLessThan(4000);
  expect(await numberLater(kit.pool, MARK, 40_000)).toMatchObject({ more: true });
});
