import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReplayOutcome } from '../../domain/delivery/replay.js';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { wholeReads } from '../../testkit/whole-reads.js';
import { findLost } from '../deliveries/find-lost.js';
import { type JournalPool, makeJournalPool } from '../journal/journal-pool.js';
import { putBack } from './put-back.js';
import { readWindow } from './window.js';

const DAY = 86_400_000;
const noon = Date.UTC(2026, 0, 2, 12);

describe('with many rows, each step of a replay', () => {
  let database: TestDatabase;
  let pool: JournalPool;
  const plans: string[] = [];

  /** Explains each statement instead of running it. */
  const explaining = async (statement: { text: string }, values: readonly unknown[]) => {
    const rows = await pool.run<Record<string, string>>({ text: `explain ${statement.text}` }, values);
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    return [];
  };
  const run = explaining as unknown as JournalPool['run'];
  const planOf = async (work: () => Promise<unknown>) => {
    plans.length = 0;
    await work();
    expect(plans).toHaveLength(1);
    return plans[0] ?? '';
  };

  beforeAll(async () => {
    database = await makeTestDatabase();
    pool = makeJournalPool(database.connection, 1, makeTestLogger());
    for (const text of `
      insert into webhooks (created_by_id, updated_by_id, name, url, enabled) select n, n, '', 'http://x', true from generate_series(1, 50) n;
      select hukz_ensure_partition(name, day::date)
        from unnest(array['messages', 'webhook_logs']) name, generate_series('2026-01-01', '2026-01-03', interval '1 day') day;
      insert into messages (id, received_at, subject, payload, owed_to, delivery_ids)
        select gen_random_uuid(), '2026-01-01Z'::timestamptz + n * interval '8 seconds', 's', '{}', array[n % 50 + 1], array[gen_random_uuid()]
        from generate_series(1, 30000) n;
      insert into webhook_logs (created_at, created_by_id, event, url, tags, webhook_id, space_id, message_id, received_at,
        delivery_id, attempt, outcome, duration_ms)
        select received_at, owed_to[1], 's', 'http://x', '{}', owed_to[1], 0, id, received_at, delivery_ids[1], 1, 'delivered', 1 from messages;
      insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because)
        select delivery_ids[1], id, received_at, owed_to[1], 1, received_at, 'exhausted' from messages;
      insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, failures, replay)
        select delivery_ids[1], id, received_at, owed_to[1], 1, received_at, 1, random() < 0.01 from messages;
      analyze`.split(';')) {
      await pool.run({ text }, []);
    }
  });
  afterAll(async () => {
    await pool.stop();
    await database.drop();
  });

  const window = (outcome: ReplayOutcome) =>
    planOf(() =>
      readWindow(
        run,
        {
          webhookId: 7,
          outcome,
          since: new Date(noon),
          until: new Date(noon + DAY),
          askedAt: new Date(noon + DAY),
          event: undefined,
        },
        { readsPayload: false, maxBytes: 0, wants: () => true },
        { from: undefined, rows: 100 },
      ),
    );

  it.each([
    ['dead', /dead_letters_webhook/],
    ['failed', /Index Scan using deliveries_pkey/],
    ['missing', /Index Scan using messages_20260102_pkey/],
    ['lost', /Index Scan using messages_20260102_pkey/],
    ['delivered', /webhook_logs_20260102_created_by_id_created_at_id_idx/],
    ['cancelled', /webhook_logs_20260102_created_by_id_created_at_id_idx/],
  ] as const)('reads its window of %s by an index', async (outcome, index) => {
    const plan = await window(outcome);
    expect(plan).toMatch(index);
    expect(wholeReads(plan)).toEqual([]);
  });

  it.each(['dead', 'failed', 'delivered', 'missing'] as const)('puts back what was %s by keys', async (outcome) => {
    const candidate = {
      deliveryId: '00000000-0000-4000-8000-000000000000',
      messageId: '00000000-0000-4000-8000-000000000000',
      receivedAt: new Date(noon).toISOString(),
      cursor: { at: '', id: '' },
    };
    const plan = await planOf(() => putBack(run, { webhookId: 7, outcome }, [candidate]));
    expect(wholeReads(plan)).toEqual([]);
  });

  it('looks for what is lost by keys', async () => {
    const plan = await planOf(() =>
      findLost(
        { ...pool, run },
        { since: new Date(noon), until: new Date(noon + DAY), from: undefined, messages: 100, deliveries: 100 },
      ),
    );
    expect(wholeReads(plan)).toEqual([]);
  });
});
