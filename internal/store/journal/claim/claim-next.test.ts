import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../../testkit/kits/test-journal.js';
import { claimNext, unparkFirst } from './claim-next.js';

const KEYS = 50_000;
let kit: TestJournal;
let message: { id: string; at: string } | undefined;

beforeAll(async () => {
  kit = await makeTestJournal();
  await kit.sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled)
    select 1, 1, '', 'http://receiver.example/', true from generate_series(2, 3)`);
  await kit.owe();
  [message] = await kit.sql<{ id: string; at: string }>('select id, received_at::text as at from messages');
});
beforeEach(async () => {
  await kit.sql('truncate deliveries');
  await kit.sql('update webhooks set paused_at = null, deleted_at = null');
});
afterAll(() => kit.stop());

/** Inserts waiting deliveries, the `n`-th of its webhook with this key and number. */
const insert = (webhookId: number, count: number, { key = `md5(n::text)::uuid`, no = 'n', more = '' } = {}) =>
  kit.sql(
    `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, order_key, order_no)
     select gen_random_uuid(), $1, $2, ${webhookId}, 10, 'infinity', ${key}, ${no} from generate_series(1, ${count}) n ${more}`,
    [message?.id, message?.at],
  );
const KEY = '11111111-1111-1111-1111-111111111111';
const one = { key: `'${KEY}'::uuid` };
const claim = (wanted = true) => claimNext(kit.pool, kit.instance, [{ webhookId: 1, orderKey: KEY, wanted }]);
const due = async () => kit.sql<{ webhook_id: number }>('select webhook_id from deliveries where isfinite(due_at)');

it('the first of a key is claimed, and nothing more of it while that is under way or waits for its next attempt', async () => {
  await insert(1, 5, one);
  expect(await claim()).toHaveLength(1);
  expect(await claim()).toEqual([]);
  await kit.sql(`update deliveries set owner = null, due_at = now() + interval '1 hour' where owner is not null`);
  expect(await claim()).toEqual([]);
  expect(await unparkFirst(kit.pool, 100)).toEqual({ released: 0 });
});

it('a number that was taken early and committed late does not overtake what is under way', async () => {
  await insert(1, 2, one);
  await kit.sql('update deliveries set owner = $1 where order_no = 2', [kit.instance]);
  expect(await claim()).toEqual([]);
  expect(await unparkFirst(kit.pool, 100)).toEqual({ released: 0 });
  await kit.sql('delete from deliveries where order_no = 2');
  expect(await claim()).toHaveLength(1);
});

it('a delivery that no lane has room for becomes due for any instance', async () => {
  await insert(1, 3, one);
  expect(await claim(false)).toEqual([]);
  expect(await due()).toHaveLength(1);
});

it('nothing of a key is sent before what is too old has been dropped', async () => {
  await insert(1, 3, one);
  await kit.sql('insert into resumes (webhook_id, drop_before) values (1, now())');
  expect(await claim()).toEqual([]);
  expect(await unparkFirst(kit.pool, 100)).toEqual({ released: 0 });
  await kit.sql('delete from resumes');
  expect(await claim()).toHaveLength(1);
});

it('keys that were forgotten are found in parts; those of a suspended webhook are passed over at once', async () => {
  await insert(1, KEYS);
  await insert(2, 20);
  await insert(3, 10);
  await kit.sql('analyze deliveries');
  await kit.sql('update webhooks set paused_at = now() where id = 1');
  await kit.sql('update webhooks set deleted_at = now() where id = 3');
  const first = await unparkFirst(kit.pool, 15);
  expect(first).toMatchObject({ released: 14, last: { webhookId: 2 } });
  expect(await unparkFirst(kit.pool, 100, first.last)).toEqual({ released: 16 });
  expect(await unparkFirst(kit.pool, 100)).toEqual({ released: 0 });
  expect((await due()).filter(({ webhook_id }) => webhook_id === 1)).toEqual([]);
});

it('a part costs the same however many keys there are', async () => {
  await insert(1, KEYS);
  await kit.sql('analyze deliveries');
  const from = performance.now();
  const { released, last } = await unparkFirst(kit.pool, 1000);
  expect([released, last?.webhookId]).toEqual([1000, 1]);
  expect(performance.now() - from).toBeLessThan(2000);
});
