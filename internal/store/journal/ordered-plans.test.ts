import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import { CLAIM_NEXT, UNPARK_FIRST } from './claim/claim-next.js';
import { CLAIM_PROBES } from './claim/claim-probes.js';

const KEYS = 20;
const BACKLOG = 20_000;
const NO_KEY = '00000000-0000-0000-0000-000000000000';
let kit: TestJournal;
let keys: readonly string[];

beforeAll(async () => {
  kit = await makeTestJournal();
  // PostgreSQL knows nothing of a table that has just grown.
  await kit.sql('alter table deliveries set (autovacuum_enabled = off)');
  await kit.sql(
    `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, order_key, order_no)
     select gen_random_uuid(), gen_random_uuid(), now(), 1, 10, 'infinity', md5((n % $1)::text)::uuid, n
     from generate_series(1, $2::int) n`,
    [KEYS, BACKLOG],
  );
  const rows = await kit.sql<{ order_key: string }>('select distinct order_key from deliveries');
  keys = rows.map((row) => row.order_key);
});
afterAll(() => kit.stop());

/** The number of pages that a statement reads in all, and the number of rows that it changes. */
const costOf = async (text: string, values: readonly unknown[]) => {
  const rows = await kit.sql<Record<string, string>>(`explain (analyze, buffers, costs off) ${text}`, values);
  const plan = rows.map((row) => row['QUERY PLAN'] ?? '').join('\n');
  const [, hit, read] = /shared hit=(\d+)(?: read=(\d+))?/.exec(plan) ?? [];
  return { buffers: Number(hit) + Number(read ?? 0), changed: Number(/rows=(\d+)/.exec(plan)?.[1]) };
};

describe.each(['of which nothing is known', 'that was analysed'])('a long queue %s', (kind) => {
  beforeAll(async () => {
    if (kind === 'that was analysed') await kit.sql('analyze deliveries');
  });
  beforeEach(async () => {
    await kit.sql(
      `update deliveries set owner = null, due_at = 'infinity' where owner is not null or isfinite(due_at)`,
    );
  });

  it('is not read to claim the first of each key', async () => {
    const { buffers, changed } = await costOf(CLAIM_NEXT.text, [
      kit.instance,
      keys.map(() => 1),
      keys,
      keys.map(() => true),
    ]);
    expect(changed).toBe(KEYS);
    expect(buffers).toBeLessThan(2000);
  });

  it('is not read to release the first of each key', async () => {
    const { buffers } = await costOf(UNPARK_FIRST.text, [0, NO_KEY, 5000]);
    expect(await kit.sql('select from deliveries where isfinite(due_at)')).toHaveLength(KEYS);
    expect(buffers).toBeLessThan(2000);
  });

  it('is not read to find the one that tries an open circuit', async () => {
    await kit.sql('update webhooks set circuit_opened_at = now() where id = 1');
    await kit.sql('insert into webhook_health (webhook_id, probe_at) values (1, now())');
    const { buffers, changed } = await costOf(CLAIM_PROBES.text, [kit.instance, 1000, 1000]);
    await kit.sql('delete from webhook_health');
    await kit.sql('update webhooks set circuit_opened_at = null');
    expect(changed).toBe(1);
    expect(buffers).toBeLessThan(2000);
  });
});
