import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import { disableFailing, saveHealth } from './webhook-health.js';

let kit: TestJournal;
const DAY_MS = 86_400_000;

beforeAll(async () => {
  kit = await makeTestJournal();
});
afterAll(() => kit.stop());

const ago = (days: number) =>
  kit.sql(`update webhook_health set failing_since = now() - $1 * interval '1 day' where failing_since is not null`, [
    days,
  ]);
const state = async () =>
  (await kit.sql('select enabled, disabled_because, disabled_at from webhooks where id = 1'))[0];

it('a webhook is disabled once it has only failed for so long, never for one failure that was long ago', async () => {
  await saveHealth(kit.pool, [1], []);
  await kit.sql(
    `update webhook_health set failing_since = now() - interval '9 days', failed_at = now() - interval '9 days'`,
  );
  expect(await disableFailing(kit.pool, 5 * DAY_MS)).toEqual([]);
  await saveHealth(kit.pool, [1], []);
  expect(await disableFailing(kit.pool, 0)).toEqual([]);
  expect(await disableFailing(kit.pool, 10 * DAY_MS)).toEqual([]);
  const because = expect.stringMatching(/^nothing but failures since 20/);
  expect(await disableFailing(kit.pool, 5 * DAY_MS)).toEqual([{ id: 1, space_id: 7, because }]);
  expect(await state()).toMatchObject({ enabled: false, disabled_because: because, disabled_at: expect.any(Date) });
  expect(await disableFailing(kit.pool, 5 * DAY_MS)).toEqual([]);
});

it('a success in between restarts the time, and a webhook may have a time of its own', async () => {
  await kit.sql(
    `update webhooks set enabled = true, own_settings = '{"version": 2, "disable_after_ms": 172800000}' where id = 1`,
  );
  await saveHealth(kit.pool, [1], []);
  await ago(3);
  await saveHealth(kit.pool, [], [1]);
  await saveHealth(kit.pool, [1], []);
  expect(await disableFailing(kit.pool, 5 * DAY_MS)).toEqual([]);
  await ago(3);
  await saveHealth(kit.pool, [1], []);
  expect(await disableFailing(kit.pool, 5 * DAY_MS)).toHaveLength(1);
});

it('the time is that of the space of a webhook that has none of its own', async () => {
  await kit.sql(`update webhooks set enabled = true, own_settings = '{}' where id = 1`);
  const ofSpace = (ms: number) =>
    kit.sql(`update spaces set defaults = '{"version": 2, "disable_after_ms": ${ms}}' where id = 7`);
  await ofSpace(4 * DAY_MS);
  await saveHealth(kit.pool, [1], []);
  await ago(3);
  await saveHealth(kit.pool, [1], []);
  expect(await disableFailing(kit.pool, DAY_MS)).toEqual([]);
  await ofSpace(2 * DAY_MS);
  expect(await disableFailing(kit.pool, 5 * DAY_MS)).toHaveLength(1);
});

it("what failed at a webhook that is gone is nobody's health", async () => {
  await expect(saveHealth(kit.pool, [99], [98])).resolves.toBeUndefined();
});
