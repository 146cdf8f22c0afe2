import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropPartition, expiredPartitions } from '../store/deliveries/retention.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestJournal, makeTestMessage, type TestJournal } from '../testkit/kits/test-journal.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeRemoval } from '../upkeep/remove-deleted.js';
import { type RetentionParts, retainOnce } from '../upkeep/run-retention.js';

const DAY = 86_400_000;
let kit: TestJournal;
let logger: ReturnType<typeof makeTestLogger>;
let sizes: ReadonlyMap<string, number>;

beforeEach(async () => {
  kit = await makeTestJournal();
  logger = makeTestLogger();
});
afterEach(() => kit.stop());

const parts = (more: Partial<RetentionParts['limits']> = {}): RetentionParts => ({
  pool: kit.pool,
  limits: { messagesMs: 30 * DAY, logsMs: 90 * DAY, deadLettersMs: 90 * DAY, auditMs: 365 * DAY, ...more },
  logger,
  onTableBytes: (bytes) => {
    sizes = bytes;
  },
});
const retain = (these: RetentionParts) => retainOnce(these, makeRemoval({ ...these, logsMs: these.limits.logsMs }));
/** A message from the given number of days ago. */
const accept = async (days: number, owed = false) => {
  const message = makeTestMessage('{}', Date.now() - days * DAY);
  const deliveries = owed ? [{ id: randomUUID(), webhookId: 1, wanted: false }] : [];
  await kit.journal.accept({ message, deliveries });
  return new Date(message.receivedAt).toISOString().slice(0, 10);
};
const left = async (table: 'messages' | 'webhook_logs', ms: number) =>
  (await expiredPartitions(kit.pool, table, ms)).map(({ day }) => day);

describe('retention', () => {
  it('drops whole days that are older than it allows, and logs each with its size', async () => {
    const old = [await accept(33), await accept(40)];
    const young = await accept(29);
    await retain(parts());
    expect(await left('messages', 30 * DAY)).toEqual([]);
    expect(await left('messages', 20 * DAY)).toEqual([young]);
    expect(logger.lines.map(({ name, fields }) => [name, fields.partition])).toEqual(
      old.reverse().map((day) => ['retention.dropped', `messages_${day.replaceAll('-', '')}`]),
    );
    expect(logger.lines[0]?.fields.bytes).toBeGreaterThan(0);
  });

  it('keeps a day that something owed needs, and drops it when nothing does', async () => {
    const day = await accept(40, true);
    await retain(parts());
    expect(await left('messages', 30 * DAY)).toEqual([day]);
    expect(logger.lines).toEqual([
      { level: 'info', name: 'retention.kept', fields: { table: 'messages', days: 1, oldest: day } },
    ]);
    await kit.sql('delete from deliveries');
    await retain(parts());
    expect(await left('messages', 30 * DAY)).toEqual([]);
  });

  it('keeps a day that a dead letter needs until that is too old itself', async () => {
    const day = await accept(40, true);
    await kit.sql(`with gone as (delete from deliveries returning *)
      insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because)
      select id, message_id, received_at, webhook_id, 1, now() - interval '39 days', 'exhausted' from gone`);
    await retain(parts());
    expect(await left('messages', 30 * DAY)).toEqual([day]);
    await retain(parts({ deadLettersMs: 38 * DAY }));
    expect(await left('messages', 30 * DAY)).toEqual([]);
    expect(logger.lines.map(({ name }) => name)).toEqual([
      'retention.kept',
      'retention.dead_letters_deleted',
      'retention.dropped',
    ]);
  });

  it('keeps the days of a replay that is running', async () => {
    const day = await accept(40);
    await kit.sql(`insert into replays (created_by_id, webhook_id, outcome, since, until, total)
                   values (1, 1, 'missing', now() - interval '50 days', now(), 1)`);
    await retain(parts());
    expect(await left('messages', 30 * DAY)).toEqual([day]);
    await kit.sql(`update replays set state = 'done', finished_at = now()`);
    await retain(parts());
    expect(await left('messages', 30 * DAY)).toEqual([]);
  });

  it('gives up logs and jobs by their own age', async () => {
    await kit.sql(
      `select hukz_ensure_partition('webhook_logs', (now() at time zone 'UTC')::date - n) from unnest(array[80, 95]) n`,
    );
    await kit.sql(`insert into replays (created_by_id, webhook_id, outcome, since, until, total, state, finished_at)
      select 1, 1, 'dead', now(), now(), 0, 'done', now() - n * interval '1 day' from unnest(array[1, 91]) n`);
    await retain(parts());
    expect(await left('webhook_logs', 70 * DAY)).toHaveLength(1);
    expect(await left('webhook_logs', 90 * DAY)).toEqual([]);
    expect(await kit.sql('select 1 from replays')).toHaveLength(1);
  });

  it('never makes an insert wait, and tries again later, while the old day is read', async () => {
    const day = await accept(40);
    const reading = kit.pool.transaction(async (run) => {
      await run({ text: `select count(*) from messages_${day.replaceAll('-', '')}` }, []);
      await expect(dropPartition(kit.pool, 'messages', day)).rejects.toMatchObject({ code: '55P03' });
      const from = performance.now();
      const dropping = dropPartition(kit.pool, 'messages', day).catch(() => 'locked');
      await kit.owe();
      expect(performance.now() - from).toBeLessThan(1000);
      expect(await dropping).toBe('locked');
    });
    await reading;
    await retain(parts());
    expect(await left('messages', 30 * DAY)).toEqual([]);
  });

  it('lets inserts go on when it has to wait for those that are under way', async () => {
    const day = await accept(40);
    await kit.pool.transaction(async (run) => {
      await run(
        {
          text: `insert into messages (id, received_at, subject, payload) values (gen_random_uuid(), now(), 'x', '')`,
        },
        [],
      );
      const from = performance.now();
      const [dropped] = await Promise.all([
        dropPartition(kit.pool, 'messages', day).catch(() => 'locked'),
        kit.owe(),
        kit.owe(),
      ]);
      expect(dropped).toBe('locked');
      expect(performance.now() - from).toBeLessThan(1500);
    });
    // PostgreSQL's own work on the table may hold it for a moment more.
    const isDropped = async () => (await dropPartition(kit.pool, 'messages', day)) === 'dropped';
    await eventually(isDropped, { what: 'the partition is dropped' });
  });

  it('is done by one instance at a time', async () => {
    const day = await accept(40);
    await kit.pool.transaction(async (run) => {
      await run({ text: `select pg_advisory_xact_lock(hashtext('hukz_retention'))` }, []);
      expect(await dropPartition(kit.pool, 'messages', day)).toBe('busy');
    });
    const all = await Promise.all([retain(parts()), retain(parts()), retain(parts())]);
    expect(all).toHaveLength(3);
    await eventually(async () => (await left('messages', 30 * DAY)).length === 0, { what: 'the day is gone' });
    expect(logger.lines.filter(({ name }) => name === 'retention.dropped')).toHaveLength(1);
  });

  it('sees what began to need a day while it waited for that day', async () => {
    const day = await accept(40);
    let dropping: Promise<string> | undefined;
    await kit.pool.transaction(async (run) => {
      // The message of that day and its deliveries are inserted in one transaction, in the same way as `accept` does.
      await run(
        {
          text: `insert into messages (id, received_at, subject, payload) values (gen_random_uuid(), $1, 'x', '{}')`,
        },
        [`${day}T12:00:00Z`],
      );
      dropping = dropPartition(kit.pool, 'messages', day).catch(() => 'locked');
      await run(
        {
          text: `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
                 values (gen_random_uuid(), gen_random_uuid(), $1, 1, 1, now())`,
        },
        [`${day}T12:00:00Z`],
      );
    });
    expect(['needed', 'locked']).toContain(await dropping);
    expect(await left('messages', 30 * DAY)).toEqual([day]);
  });

  it('deletes the audit by its own age, in batches', async () => {
    await kit.sql(`insert into audit (at, principal, of_all_spaces, action, object, changes)
      select now() - n % 2 * interval '400 days', 'user:1', true, 'event.create', 'event:' || n, '{}'
      from generate_series(1, 2500) n`);
    await retain(parts());
    expect(await kit.sql(`select count(*)::int as n, min(at) > now() - interval '1 day' as young from audit`)).toEqual([
      { n: 1250, young: true },
    ]);
  });

  it('deletes secrets that have expired, and no others', async () => {
    await kit.sql(`insert into webhook_secrets (webhook_id, purpose, sealed, hint, expires_at) values
      (1, 'signing', 'x', 'old', now() - interval '1 second'), (1, 'signing', 'x', 'ends', now() + interval '1 hour'),
      (1, 'signing', 'x', 'new', null)`);
    await retain(parts());
    const rows = await kit.pool.run<{ hint: string }>({ text: 'select hint from webhook_secrets order by id' }, []);
    expect(rows.map(({ hint }) => hint)).toEqual(['ends', 'new']);
  });

  it('measures every table, partitions included', async () => {
    await kit.owe();
    await retain(parts());
    expect([...sizes.keys()]).toEqual(
      expect.arrayContaining(['messages', 'webhook_logs', 'deliveries', 'dead_letters']),
    );
    expect(sizes.get('messages')).toBeGreaterThan(0);
  });
});
