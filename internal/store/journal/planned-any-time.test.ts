import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import { HURRY } from '../replay/put-back.js';
import { ACCEPT } from './accept/accept-statement.js';
import { CANCEL } from './claim/cancel.js';
import { CLAIM_NEXT } from './claim/claim-next.js';
import { CLAIM_PROBES } from './claim/claim-probes.js';
import { CLAIM_AROUND, CLAIM_OLDEST } from './claim/claim-statements.js';
import { PARK } from './claim/park.js';
import { PLACE } from './claim/place.js';
import { SETTLE } from './settle.js';

let kit: TestJournal;
beforeAll(async () => {
  kit = await makeTestJournal();
  await kit.sql('alter table deliveries set (autovacuum_enabled = off)');
});
afterAll(() => kit.stop());

const planOf = async (text: string) => {
  const rows = await kit.sql<Record<string, string>>(`explain (generic_plan, costs off) ${text}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
};

/** The possible knowledge of PostgreSQL about the table when it plans. */
const STATES: Readonly<Record<string, () => Promise<unknown>>> = {
  'a table that nobody has looked at': async () => undefined,
  'a table that was empty': () => kit.sql('vacuum analyze deliveries'),
  'a table that holds little': async () => {
    const { message } = await kit.owe();
    await kit.sql(
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
       select gen_random_uuid(), $1, to_timestamp($2::float8 / 1000), 1, 10, now() from generate_series(1, 100)`,
      [message.id, message.receivedAt],
    );
    await kit.sql('vacuum analyze deliveries');
  },
  'a table that has grown': () =>
    kit.sql(
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
       select gen_random_uuid(), message_id, received_at, 1, 10, now() from deliveries cross join generate_series(1, 200)`,
    ),
  'a table that is known': () => kit.sql('vacuum analyze deliveries'),
  // Autovacuum counts live rows when it runs. Pages without live rows remain, and PostgreSQL then expects no row in any
  // page.
  'a table that was emptied': async () => {
    await kit.sql('delete from deliveries');
    await kit.sql('analyze deliveries');
    const [seen] = await kit.sql<{ pages: number; rows: number }>(
      `select relpages as pages, reltuples as rows from pg_class where relname = 'deliveries'`,
    );
    expect(seen).toMatchObject({ rows: 0 });
    expect(seen?.pages).toBeGreaterThan(100);
  },
};

describe.each(Object.entries(STATES))('planned for %s', (_name, make) => {
  beforeAll(make);

  it('a batch of attempts finds its deliveries by their key and its receivers by a hash, and compares nothing else', async () => {
    const plan = await planOf(SETTLE.text);
    expect(plan.match(/Index Scan using deliveries_pkey on deliveries/g)).toHaveLength(2);
    expect(plan.match(/Index Cond: \(id = ANY \(\(InitPlan \d+\)\.col1\)\)/g)).toHaveLength(2);
    expect(plan.match(/hashed SubPlan/g)?.length).toBeGreaterThanOrEqual(3);
    expect(plan.match(/Hash Cond: \(\w+\.(?:webhook_)?no = \w+\.(?:webhook_)?no\)/g)).toHaveLength(2);
    expect(plan).not.toMatch(/Nested Loop|Join Filter|Seq Scan/);
  });

  it('a batch of messages finds its deliveries by a hash', async () => {
    const plan = await planOf(ACCEPT.text);
    expect(plan).toMatch(/Hash Cond: \(input_2\.message_id = stored_1\.id\)/);
    expect(plan).not.toMatch(/Join Filter|Seq Scan on (?!catalog_version)/);
  });

  it.each([CLAIM_OLDEST, CLAIM_AROUND])('what lanes have room for is found by a hash: $name', async ({ text }) => {
    const plan = await planOf(text);
    expect(plan).toMatch(/Hash Cond: \((?:rooms\.webhook_id = \w+\.webhook_id|\w+\.webhook_id = rooms\.webhook_id)\)/);
    expect(plan).not.toMatch(/Join Filter|Seq Scan/);
  });

  it.each([CLAIM_OLDEST, CLAIM_AROUND, CLAIM_NEXT, { name: 'claim-probes', text: CLAIM_PROBES.text }])(
    'what is claimed is changed by its key: $name',
    async ({ text }) => {
      const plan = await planOf(text);
      expect(plan).toMatch(/Index Scan using deliveries_pkey on deliveries d\n\s+Index Cond: \(id = ANY \(\(InitPlan/);
    },
  );

  it.each([
    ['hold', PARK],
    ['cancel', CANCEL],
    ['place', PLACE],
    ['hurry', HURRY],
  ])('what is named is found by its key: %s', async (_name, { text }) => {
    const plan = await planOf(text);
    expect(plan).toMatch(/Index Scan using deliveries_pkey on deliveries(?: d)?\n\s+Index Cond: \(id = ANY \(\$1\)\)/);
    expect(plan).not.toMatch(/(?:Hash|Merge) (?:Join|Cond)[^\n]*\n[^\n]*deliveries/);
  });
});
