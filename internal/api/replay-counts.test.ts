import { afterAll, expect, it } from '@jest/globals';
import type { JournalPool } from '../store/journal/journal-pool.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { hoursAgo, storeDelivery } from '../testkit/stored-delivery.js';

let api: TestApi | undefined;
afterAll(() => api?.stop());

it('replays are counted one after the other, so that the connections of the journal stay free', async () => {
  let journal: JournalPool | undefined;
  let running = 0;
  let most = 0;
  const run: JournalPool['run'] = async (statement, values) => {
    most = Math.max(most, ++running);
    try {
      return (await journal?.run(statement, values)) ?? [];
    } finally {
      running--;
    }
  };
  const started = await makeTestApi({ pool: { run } as JournalPool });
  api = started;
  journal = started.pool;
  const { body } = await started.send('POST', '/webhooks', { url: 'http://example.com', event_ids: [] }).expect(201);
  await storeDelivery(started.db, { place: 'dead_letters', webhookId: body.id });
  const count = () => started.send('POST', `/webhooks/${body.id}/replay`, { since: hoursAgo(48), dry_run: true });
  const answers = await Promise.all(Array.from({ length: 20 }, count));
  expect(answers.map(({ status, body: { total } }) => [status, total])).toEqual(Array(20).fill([200, 1]));
  expect(most).toBe(1);
});
