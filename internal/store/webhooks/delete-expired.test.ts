import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import { DELETE_EXPIRED, deleteExpired } from './delete-expired.js';
import { writeSettings } from './stored-settings.js';

const WEBHOOKS = 20_000;
let kit: TestJournal;
beforeAll(async () => {
  kit = await makeTestJournal();
  await kit.sql(
    `insert into webhooks (created_by_id, updated_by_id, name, url, enabled, space_id, own_settings, updated_at)
     select 1, 1, '', 'https://receiver.example/', true, 0, case when n % 5000 = 0 then $1 else '{}' end::jsonb,
       now() - interval '2 hours'
     from generate_series(1, $2::int) n`,
    [writeSettings({ listenMs: 3_600_000 }), WEBHOOKS],
  );
});
afterAll(() => kit.stop());

it('expired listening webhooks are found by their index, whatever PostgreSQL knows of the table', async () => {
  const plan = async () => {
    const rows = await kit.sql<Record<string, string>>(`explain (costs off) ${DELETE_EXPIRED.text}`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const unanalyzed = await plan();
  await kit.sql('vacuum analyze webhooks');
  for (const each of [unanalyzed, await plan()]) {
    expect(each).toContain('webhooks_listening');
    expect(each).not.toMatch(/Seq Scan on webhooks\b/);
  }
  expect(await deleteExpired(kit.pool)).toHaveLength(4);
  expect(await deleteExpired(kit.pool)).toEqual([]);
});
