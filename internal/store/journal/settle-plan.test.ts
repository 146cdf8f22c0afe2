import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../testkit/test-journal.js';
import { SETTLE } from './settle.js';

let kit: TestJournal;
beforeAll(async () => {
  kit = await makeTestJournal();
  const { message } = await kit.owe();
  await kit.sql(
    `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
     select gen_random_uuid(), $1, to_timestamp($2::float8 / 1000), 1, 10, now() from generate_series(1, 20000)`,
    [message.id, message.receivedAt],
  );
  await kit.sql('analyze deliveries');
});
afterAll(() => kit.stop());

it('a batch of attempts finds its deliveries by their key and its receivers by a hash, however it is planned', async () => {
  const rows = await kit.sql<Record<string, string>>(`explain (generic_plan, costs off) ${SETTLE.text}`);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).not.toContain('Seq Scan on deliveries');
  expect(plan).toContain('deliveries_pkey');
  expect(plan).toMatch(
    /Hash Join\n(.*\n)?\s+Hash Cond: \(\w+\.webhook_no = r\.no\)|Hash Cond: \(r\.no = \w+\.webhook_no\)/,
  );
});
