import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import { stepResumes } from './step-resumes.js';

const LIMIT = 5000;
const WEBHOOKS = 40;
let kit: TestJournal;

beforeAll(async () => {
  kit = await makeTestJournal();
  await kit.sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled)
    select 1, 1, '', 'http://receiver.example/', true from generate_series(2, ${WEBHOOKS})`);
});
beforeEach(async () => {
  await kit.sql('truncate deliveries, resumes');
});
afterAll(() => kit.stop());

/** Inserts parked deliveries that were received so many hours ago. */
const park = (webhookId: number, count: number, { hours = 0, key = 'null::uuid' } = {}) =>
  kit.sql(
    `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, order_key, order_no)
     select gen_random_uuid(), gen_random_uuid(), now() - $1 * interval '1 hour', $2, 10, 'infinity', ${key}, n
     from generate_series(1, $3) n`,
    [hours, webhookId, count],
  );
const resume = (
  webhookId: number,
  perSecond: number | null,
  { secondsAgo = 0, dropHours = null as number | null } = {},
) =>
  kit.sql(
    `insert into resumes (webhook_id, per_second, released_at, drop_before)
     values ($1, $2, now() - $3 * interval '1 s', now() - $4 * interval '1 hour')`,
    [webhookId, perSecond, secondsAgo, dropHours],
  );
const pass = (ms: number) => kit.sql(`update resumes set released_at = released_at - $1 * interval '1 ms'`, [ms]);
const step = () => stepResumes(kit.pool, LIMIT);
const held = async () =>
  (await kit.sql<{ n: number }>(`select count(*)::int as n from deliveries where due_at = 'infinity'`))[0]?.n;

it('deliveries that could not be unparked while a circuit was open are not unparked at once when it closes', async () => {
  await park(1, 1000);
  await resume(1, 20, { secondsAgo: 3600 });
  expect(await step()).toMatchObject([{ released: 40, ended: false }]);
  await step();
  expect(await held()).toBeGreaterThan(900);
});

it('frequent steps unpark no less than the rate', async () => {
  await park(1, 1000);
  await resume(1, 3, { secondsAgo: 0 });
  for (let half = 0; half < 20; half++) {
    await pass(500);
    await step();
  }
  expect(1000 - ((await held()) ?? 0)).toBeGreaterThanOrEqual(29);
  expect(1000 - ((await held()) ?? 0)).toBeLessThanOrEqual(60);
});

it('many slow backlogs do not delay a fast one', async () => {
  for (let id = 2; id <= WEBHOOKS; id++) {
    await park(id, 2);
    await resume(id, 1 / 60, { secondsAgo: 30 });
  }
  await park(1, 10);
  await resume(1, null);
  expect(await step()).toMatchObject([{ webhookId: 1, released: 10, ended: true }]);
});

it('what is too old is dropped once, ordered or not, and the rest stays however much it is', async () => {
  await park(1, LIMIT + 10, { hours: 1 });
  await park(1, 7, { hours: 5 });
  await park(1, 3, { hours: 5, key: 'md5(n::text)::uuid' });
  await resume(1, 1 / 60, { dropHours: 2 });
  expect(await step()).toMatchObject([{ dropped: 10, released: 0, ended: false }]);
  expect(await held()).toBe(LIMIT + 10);
  const [row] = await kit.sql('select drop_before, per_second is not null as slow from resumes');
  expect(row).toEqual({ drop_before: null, slow: true });
});
