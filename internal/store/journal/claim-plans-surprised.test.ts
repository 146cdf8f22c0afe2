import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { makeTestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import { CLAIM_PROBES } from './claim/claim-probes.js';
import { CLAIM_AROUND, CLAIM_OLDEST } from './claim/claim-statements.js';
import { UNPARK } from './claim/park.js';
import { PARK_WAITING } from './claim/park-waiting.js';
import { prepareConnection } from './journal-pool.js';

const WAITING = 60_000;
const ROOM = `1000, ${1 << 30}, '{1}', '{128}', 128`;
let kit: TestJournal;
let client: pg.Client;

/** Statements by name, each with its parameters and the maximum number of pages that it may read. */
const LOOKS = {
  claim: { text: CLAIM_OLDEST.text, given: () => `'${kit.instance}', '{}', ${ROOM}`, most: 30_000 },
  around: { text: CLAIM_AROUND.text, given: () => `'${kit.instance}', '{1}', ${ROOM}`, most: 30_000 },
  park: { text: PARK_WAITING.text, given: () => '2, 1000', most: 30_000 },
  probe: { text: CLAIM_PROBES.text, given: () => `'${kit.instance}', 1000, 60000`, most: 500 },
  release: { text: UNPARK.text, given: () => '1000', most: 30_000 },
};
type Look = keyof typeof LOOKS;
const looks = Object.keys(LOOKS) as Look[];

const execute = (look: Look) => `execute ${look}(${LOOKS[look].given()})`;

/**
 * PostgreSQL last analyzed the table, and planned, while everything was owned and nothing waited. Then receivers became
 * silent.
 */
beforeAll(async () => {
  const database = await makeTestDatabase();
  kit = await makeTestJournal(database);
  client = new pg.Client(database.connection);
  await client.connect();
  await prepareConnection(client);
  await kit.sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled)
    select 1, 1, '', 'http://receiver.example/', true from generate_series(2, 1000)`);
  await kit.sql('update webhooks set paused_at = now() where id = 2');
  await kit.owe();
  const insert = (owner: string | null, count: number) =>
    kit.sql(
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, owner)
       select gen_random_uuid(), m.id, m.received_at, case n % 3 when 0 then 2 when 1 then 1 else 1 + n % 900 end, 10,
         now() - interval '1 hour' + n * interval '1 ms', $1::uuid
       from messages m, generate_series(1, ${count}) n`,
      [owner],
    );
  await insert(kit.instance, 2000);
  await kit.sql('analyze');
  for (const look of looks) {
    await client.query(`prepare ${look} as ${LOOKS[look].text}`);
    await client.query(execute(look));
  }
  await insert(null, WAITING);
  await kit.sql(`update deliveries set due_at = 'infinity' where webhook_id in (6, 9) and owner is null`);
  // Twenty thousand deliveries are parked for a webhook whose circuit is open.
  await kit.sql(`update deliveries set webhook_id = 7, due_at = 'infinity' where webhook_id = 1 and owner is null`);
  await kit.sql('update webhooks set circuit_opened_at = now() where id = 7');
  await kit.sql('insert into webhook_health (webhook_id, probe_at) values (7, now())');
});
afterAll(async () => {
  await client.end();
  await kit.stop();
});

const pagesOf = async (statement: string) => {
  const { rows } = await client.query<Record<string, string>>(`explain (analyze, buffers, costs off) ${statement}`);
  const plan = rows.map((row) => row['QUERY PLAN'] ?? '').join('\n');
  const [, hit, read] = /shared hit=(\d+)(?: read=(\d+))?/.exec(plan) ?? [];
  return { pages: Number(hit) + Number(read ?? 0), plan };
};

const within = async (mode: string, look: Look) => {
  await client.query(`begin; set local plan_cache_mode = ${mode}`);
  const { pages, plan } = await pagesOf(execute(look));
  await client.query('rollback');
  expect(plan).not.toContain('Seq Scan on deliveries');
  expect(plan).toMatch(/Update on deliveries.* rows=[1-9]/);
  expect(pages).toBeLessThan(LOOKS[look].most);
};

it.each(looks)('%s: unexpected rows cost no more than expected ones', (look) => within('force_custom_plan', look));

it.each(looks)('%s: a plan that was made while nothing waited is as good', (look) =>
  within('force_generic_plan', look),
);
