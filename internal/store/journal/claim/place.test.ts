import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../../../domain/delivery/delivery.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../../../testkit/kits/test-journal.js';
import { claimNext } from './claim-next.js';
import { place } from './place.js';

const KEY = '11111111-1111-1111-1111-111111111111';
const OTHER_KEY = '22222222-2222-2222-2222-222222222222';
let kit: TestJournal;

beforeAll(async () => {
  kit = await makeTestJournal();
});
beforeEach(() => kit.sql('truncate deliveries'));
afterAll(() => kit.stop());

const placedAs = (orderKey: string) => (delivery: OwnedDelivery) => ({ delivery, orderKey });
const next = async () =>
  (await claimNext(kit.pool, kit.instance, [{ webhookId: 1, orderKey: KEY, wanted: true }])).map(({ id }) => id);
/** Accepts a delivery that has a position in the key from its acceptance on. */
const order = async () => {
  const [message, id] = [makeTestMessage(), randomUUID()];
  await kit.journal.accept({ message, deliveries: [{ id, webhookId: 1, wanted: false, parked: true, orderKey: KEY }] });
  return id;
};
const finish = async (id: string) => void (await kit.sql('delete from deliveries where id = $1', [id]));

it('gives positions behind what has one, in the order of the list, before what comes later', async () => {
  const before = await order();
  const late = [await kit.owe(), await kit.owe()].reverse();
  await place(kit.pool, [...late.map(placedAs(KEY)), placedAs(OTHER_KEY)(await kit.owe())]);
  const after = await order();
  for (const id of [before, ...late.map((one) => one.id), after]) {
    expect(await next()).toEqual([id]);
    expect(await next()).toEqual([]);
    await finish(id);
  }
});

it('changes nothing that another instance owns by now, or that has a position', async () => {
  const [taken, ordered] = [await kit.owe(), await kit.owe()];
  const { instance: other } = await kit.join();
  await kit.sql('update deliveries set owner = $1 where id = $2', [other, taken.id]);
  await kit.sql('update deliveries set order_key = $1, order_no = 7 where id = $2', [OTHER_KEY, ordered.id]);
  await place(kit.pool, [taken, ordered].map(placedAs(KEY)));
  const rows = await kit.sql('select owner, order_key, order_no::int from deliveries order by order_no nulls first');
  expect(rows).toEqual([
    { owner: other, order_key: null, order_no: null },
    { owner: kit.instance, order_key: OTHER_KEY, order_no: 7 },
  ]);
});
