import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Knex } from 'knex';
import { userPrincipal } from '../../identity/principal.js';
import { visibleTo } from '../../identity/visibility.js';
import { makeTestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import { retryDelivery } from '../deliveries/retry-delivery.js';
import { makeKnex } from '../postgres/knex.js';
import { closeCircuits, openCircuits } from './circuits.js';
import { pauseWebhook, resumeWebhook } from './pauses.js';
import { saveHealth } from './webhook-health.js';
import { deleteWebhook } from './webhooks.js';

let kit: TestJournal;
let db: Knex;
const key = { id: 1, userId: 1 };
const open = async (breakerMayBeOff = true) => [
  ...(await openCircuits(kit.pool, [{ id: 1, because: 'a test' }], { probeInMs: 1000, breakerMayBeOff })),
];

beforeAll(async () => {
  const database = await makeTestDatabase();
  kit = await makeTestJournal(database);
  db = makeKnex(database.connection, { max: 2 });
});
afterAll(async () => {
  await db.destroy();
  await kit.stop();
});

it('the time of a pause is no time of failing', async () => {
  await saveHealth(kit.pool, [1], []);
  await pauseWebhook(db, key);
  await resumeWebhook(db, key, { perSecond: undefined, dropOlderThanMs: undefined });
  expect(await kit.sql('select failing_since from webhook_health')).toEqual([{ failing_since: null }]);
});

it('a delivery that waits for an earlier one of its key cannot be retried before it, and the refusal says why', async () => {
  const [first, second] = [await kit.owe(), await kit.owe()];
  for (const [index, { id }] of [first, second].entries()) {
    await kit.sql(
      `update deliveries set owner = null, due_at = 'infinity', order_no = $2,
         order_key = '11111111-1111-1111-1111-111111111111' where id = $1`,
      [id, index],
    );
  }
  const visible = visibleTo(userPrincipal(1));
  const retry = (id: string | undefined) => retryDelivery({ db, pool: kit.pool }, { id: id ?? '', visible });
  await expect(retry(second.id)).rejects.toMatchObject({ code: 'conflict' });
  expect(await retry(first.id)).toMatchObject({ state: 'pending' });
});

it('a breaker that is off is no reason where it may not be', async () => {
  await kit.sql(`update webhooks set own_settings = '{"version":2,"breaker":"off"}' where id = 1`);
  expect(await open(false)).toEqual([1]);
  await closeCircuits(kit.pool, [1]);
});

it('an instance that does not know yet that a webhook has no circuit opens none', async () => {
  await kit.sql(`update webhooks set own_settings = '{"version":2,"breaker":"off"}' where id = 1`);
  expect(await open()).toEqual([]);
  await kit.sql(`update webhooks set own_settings = '{}' where id = 1`);
  expect(await open()).toEqual([1]);
  expect(await open()).toEqual([]);
  expect([...(await closeCircuits(kit.pool, [1, 2]))]).toEqual([1]);
  expect([...(await closeCircuits(kit.pool, [1]))]).toEqual([]);
  await open();
});

it('nothing of the health of a webhook outlives it', async () => {
  await deleteWebhook(db, key);
  expect(await kit.sql('select 1 from webhook_health')).toEqual([]);
});
