import { afterAll, expect, it } from '@jest/globals';
import type { JournalPool } from '../store/journal/journal-pool.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { hoursAgo, storeDelivery } from '../testkit/stored-delivery.js';

let api: TestApi | undefined;
let accounts: TestApi | undefined;
afterAll(async () => {
  await api?.stop();
  await accounts?.stop();
});

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

it('two accounts are read at a time, so that connections stay free for other requests', async () => {
  const started = await makeTestApi();
  accounts = started;
  const { db, send } = started;
  const waiting = async () => {
    const { rows } = await db.raw(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0].n as number;
  };
  const lock = await db.transaction();
  await lock.raw('lock table messages in access exclusive mode');
  const answers = Array.from({ length: 6 }, async () => (await send('GET', '/accounting')).status);
  await eventually(async () => (await waiting()) === 2, { what: 'two accounts are being read' });
  for (let n = 0; n < 5; n++) await send('GET', '/events').expect(200);
  expect(await waiting()).toBe(2);
  await lock.rollback();
  expect(await Promise.all(answers)).toEqual(Array(6).fill(200));
});
