import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../../testkit/kits/test-journal.js';
import { openCircuits } from '../../webhooks/circuits.js';
import { claimProbes } from './claim-probes.js';
import { park } from './park.js';

let kit: TestJournal;

beforeAll(async () => {
  kit = await makeTestJournal();
});
beforeEach(async () => {
  await kit.sql('truncate deliveries, webhook_health');
  await kit.sql('update webhooks set circuit_opened_at = null');
  await openCircuits(kit.pool, [{ id: 1, because: 'a test' }], { probeInMs: 0, breakerMayBeOff: true });
});
afterAll(() => kit.stop());

/** Inserts parked deliveries, each of a message of its own, a second apart. */
const insert = (count: number, { key = 'null::uuid', due = `'infinity'` } = {}) =>
  kit.sql(
    `with stored as (
       insert into messages (id, received_at, subject, payload)
       select gen_random_uuid(), date_trunc('milliseconds', now()) + n * interval '1 second', 'tag.created', '{}' from generate_series(1, ${count}) n
       returning id, received_at
     )
     insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, order_key, order_no)
     select gen_random_uuid(), id, received_at, 1, 10, ${due}, ${key}, n
     from (select *, row_number() over () as n from stored) as numbered`,
  );
const claim = () => claimProbes(kit.pool, kit.instance, { probeMs: 1000, maxProbeMs: 60_000 });
const probe = async () => {
  await kit.sql('update webhook_health set probe_at = now()');
  return claim();
};

it('an open circuit lets one delivery try at its time, and the wait for the next doubles', async () => {
  await insert(3);
  expect(await probe()).toMatchObject([{ webhookId: 1, probe: true }]);
  expect(await claim()).toEqual([]);
  const [row] = await kit.sql<{ probes: number; ms: number }>(
    'select probes, extract(epoch from probe_at - now())::float8 * 1000 as ms from webhook_health',
  );
  expect(row?.probes).toBe(1);
  expect(row?.ms).toBeGreaterThan(1000);
});

it('one delivery that its receiver cannot take does not keep all the others from trying', async () => {
  await insert(50);
  const tried = new Set<string>();
  for (let round = 0; round < 40; round++) {
    const tries = await probe();
    for (const { id } of tries) tried.add(id);
    await park(kit.pool, tries);
  }
  expect(tried.size).toBeGreaterThan(10);
});

it('of an ordered webhook some key tries, also when the first keys wait for their next attempt', async () => {
  await insert(100, { key: `lpad(to_hex(n), 32, '0')::uuid`, due: `now() + interval '5 hours'` });
  await insert(3, { key: `'ffffffff-ffff-ffff-ffff-ffffffff0000'::uuid` });
  expect(await probe()).toMatchObject([{ webhookId: 1, probe: true }]);
});

it('nothing is tried while nothing waits', async () => {
  await insert(2, { key: `md5(n::text)::uuid`, due: `now() + interval '5 hours'` });
  expect(await probe()).toEqual([]);
});
