import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userPrincipal } from '../identity/principal.js';
import { visibleTo } from '../identity/visibility.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { findShownEvents, listEvents } from './catalog/events.js';
import { loadAccount } from './deliveries/accounting.js';
import { listDeadLetters } from './deliveries/dead-letters.js';
import { loadDelivery } from './deliveries/deliveries.js';
import { loadLogs, newestAttempts } from './deliveries/log-keys.js';
import { loadMessages } from './deliveries/message-payloads.js';
import { listWebhookLogs } from './deliveries/webhook-logs.js';
import { type Db, makeKnex } from './postgres/knex.js';
import { findEventsByKeys, findWebhooksByKey } from './records/find-by-key.js';
import { listReplays } from './replay/replays.js';
import { countWebhooks, listSpaces } from './spaces/spaces.js';
import { findWebhooks, isEventEnabled, listWebhooks } from './webhooks/webhooks.js';

const visibleToUser = (userId: number) => visibleTo(userPrincipal(userId));
const PAGE = { limit: 10, page: 1 };
const rare = [{ key: 'rare', value: '7' }];

describe('with many rows', () => {
  let database: TestDatabase;
  let db: Db;

  beforeAll(async () => {
    database = await makeTestDatabase();
    db = makeKnex(database.connection, { max: 2 });
    await db.raw(`
      insert into events (created_by_id, updated_by_id, name, event, tags)
        select 1, 1, 'n', 'event.' || n, jsonb_build_object('app', 'a', 'rare', (n % 2000)::text) from generate_series(1, 20000) n;
      insert into webhooks (created_by_id, updated_by_id, name, url, enabled, tags, space_id)
        select n % 50, 1, 'n', 'http://example.com', true, jsonb_build_object('app', 'a', 'rare', (n % 2000)::text), n % 1000
        from generate_series(1, 20000) n;
      insert into webhook_events select n, n from generate_series(1, 20000) n;
      select hukz_ensure_partition(name, day::date)
        from unnest(array['messages', 'webhook_logs']) name, generate_series('2026-01-01', '2026-01-03', interval '1 day') day;
      insert into messages (id, received_at, subject, payload)
        select gen_random_uuid(), '2026-01-01Z'::timestamptz + n * interval '10 seconds', 'event.1', '{}' from generate_series(1, 20000) n;
      insert into webhook_logs (created_at, created_by_id, event, url, tags, webhook_id, space_id, message_id, received_at,
                                delivery_id, attempt, outcome, duration_ms)
        select received_at, case row_number() over () % 2 when 0 then 51 else row_number() over () % 50 end, 'event.1', 'http://example.com',
          jsonb_build_object('app', 'a', 'rare', (row_number() over () % 2000)::text),
          row_number() over () % 5000 + 1, row_number() over () % 1000, id, received_at, gen_random_uuid(), 1, 'delivered', 1
        from messages;
      insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because, event, created_by_id)
        select delivery_id, message_id, received_at, row_number() over () % 20000 + 1, 1, created_at, 'exhausted', event, created_by_id from webhook_logs;
      insert into replays (created_by_id, webhook_id, outcome, since, until, total)
        select 1, n, 'dead', now(), now(), 0 from generate_series(1, 20000) n`);
    // A vacuum moves the pending entries of the GIN indexes into their main structure.
    await db.raw('vacuum analyze events, webhooks, webhook_events, messages, webhook_logs, dead_letters, replays');
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  /** Returns the plans of every statement that the work sends, with the same bindings. */
  const plansOf = async (work: () => Promise<unknown>, explain = 'explain'): Promise<string[]> => {
    const sent: { sql: string; bindings: readonly unknown[] }[] = [];
    const note = ({ sql, bindings }: { sql: string; bindings: readonly unknown[] }) => sent.push({ sql, bindings });
    db.on('query', note);
    await work();
    db.removeListener('query', note);
    const plans: string[] = [];
    for (const { sql, bindings } of sent) {
      if (sql.startsWith('explain')) continue;
      const text = sql.replaceAll(/\$\d+/g, '?');
      const { rows } = await db.raw(`${explain} ${text}`, bindings as never);
      plans.push(rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  };
  const expectPlans = async (count: number, index: RegExp, work: () => Promise<unknown>) => {
    const plans = await plansOf(work);
    expect(plans).toHaveLength(count);
    for (const plan of plans) {
      expect(plan).toMatch(index);
      expect(plan).not.toContain('Seq Scan');
    }
  };

  it('events by tag come by the index of tags', () =>
    expectPlans(1, /events_tags/, () => listEvents(db, { tags: rare }, PAGE)));

  it('events by subject come by the unique index of subjects, however many there are', async () => {
    const subjects = Array.from({ length: 20 }, (_, n) => `Event.${n + 1}`);
    for (const some of [subjects.slice(0, 1), subjects]) {
      await expectPlans(1, /events_event_living/, async () => {
        expect((await listEvents(db, { tags: [], subjects: some }, { limit: 100, page: 1 })).total).toBe(some.length);
      });
    }
  });

  it('webhooks by tag come by the index of tags', async () => {
    const plans = await plansOf(() => listWebhooks(db, { spaces: 'all', tags: rare }, PAGE));
    expect(plans[0]).toContain('webhooks_tags');
    expect(plans.join('\n')).not.toMatch(/Seq Scan on (?:events|webhooks|webhook_events)\b/);
  });

  it('webhooks of a space come by the index of spaces, and their events by keys', async () => {
    const plans = await plansOf(async () => {
      const { nodes } = await listWebhooks(db, { spaces: [7], tags: [] }, PAGE);
      return findWebhooks(
        db,
        nodes.map(({ id }) => id),
      );
    });
    for (const plan of plans.slice(0, 2)) expect(plan).toContain('webhooks_space');
    expect(plans[2]).toMatch(/webhooks_pkey/);
    expect(plans[3]).toMatch(/webhook_events_pkey/);
    expect(plans.join('\n')).not.toMatch(/Seq Scan on (?:events|webhooks|webhook_events)\b/);
  });

  it('spaces come by an index, whatever the filter, and so do the counts of their webhooks', async () => {
    await db.raw(`update spaces set managed_by = 'm' || id % 500, key = 'k' || id,
      tags = jsonb_build_object('rare', (id % 500)::text)`);
    await db.raw(
      `insert into spaces (id, created_by_id, updated_by_id) select n, 1, 1 from generate_series(1000, 20000) n`,
    );
    await db.raw('vacuum analyze spaces');
    const everywhere = { spaces: 'all', tags: [] } as const;
    const pages = [
      [/spaces_pkey/, everywhere],
      [/spaces_tags/, { ...everywhere, tags: rare }],
      [/spaces_key/, { ...everywhere, key: 'k7' }],
      [/spaces_managed_by/, { ...everywhere, managedBy: 'm7' }],
      [/spaces_pkey/, { ...everywhere, spaces: [7, 8] }],
    ] as const;
    for (const [index, filter] of pages) {
      const [plan] = await plansOf(() => listSpaces(db, filter, PAGE), 'explain (analyze, buffers)');
      expect(plan).toMatch(index);
      const touched = /Buffers: shared hit=(\d+)(?: read=(\d+))?/.exec(plan ?? '');
      expect(Number(touched?.[1]) + Number(touched?.[2] ?? 0)).toBeLessThan(60);
    }
    await expectPlans(1, /webhooks_space/, () => countWebhooks(db, [1, 2, 3]));
  });

  it('events and webhooks come by their keys and by who declares them', async () => {
    for (const table of ['events', 'webhooks'])
      await db.raw(`update ${table} set key = 'k' || id, managed_by = 'm' || id % 2000`);
    await db.raw('vacuum analyze events, webhooks');
    const lists = [
      [/webhooks_key/, () => findWebhooksByKey(db, 'k7', { spaces: 'all', limit: 2 })],
      [/webhooks_key/, () => findWebhooksByKey(db, 'k7', { spaces: [7, 8], limit: 2 })],
      [/events_key/, () => findEventsByKeys(db, ['k7', 'k8'])],
      [/webhooks_key/, () => listWebhooks(db, { spaces: 'all', tags: [], key: 'k7' }, PAGE)],
      [/webhooks_managed_by/, () => listWebhooks(db, { spaces: 'all', tags: [], managedBy: 'm7' }, PAGE)],
      [/events_key/, () => listEvents(db, { tags: [], key: 'k7' }, PAGE)],
      [/events_managed_by/, () => listEvents(db, { tags: [], managedBy: 'm7' }, PAGE)],
    ] as const;
    for (const [index, read] of lists) {
      const [plan] = await plansOf(read, 'explain (analyze, buffers)');
      expect(plan).toMatch(index);
      const touched = /Buffers: shared hit=(\d+)(?: read=(\d+))?/.exec(plan ?? '');
      expect(Number(touched?.[1]) + Number(touched?.[2] ?? 0)).toBeLessThan(60);
    }
  });

  it('events come by their ids', () => expectPlans(1, /events_pkey/, () => findShownEvents(db, [1, 2, 3])));

  it('webhooks of a space by tag come by an index', async () => {
    const plans = await plansOf(() => listWebhooks(db, { spaces: [7], tags: rare }, PAGE));
    expect(plans[0]).toMatch(/webhooks_(tags|space)/);
    expect(plans.join('\n')).not.toMatch(/Seq Scan on (?:events|webhooks|webhook_events)\b/);
  });

  it("a user's logs come by the index of users, newest first without sorting", async () => {
    const plans = await plansOf(() => listWebhookLogs(db, { visible: visibleToUser(7), tags: [] }, PAGE));
    expect(plans).toHaveLength(2);
    for (const plan of plans) {
      expect(plan).toContain('created_by_id_created_at_id_idx');
      expect(plan).not.toContain('Seq Scan');
    }
    expect(plans[0]).not.toMatch(/\bSort\b/);
  });

  const visibleToToken = (spaces: 'all' | number[]) => ({ createdById: 'all', spaces }) as const;

  it("the logs of a few spaces come by the index of marks, however many creators the spaces' webhooks have", async () => {
    for (const spaces of [[12_345], [7, 8, 9]]) {
      const visible = visibleToToken(spaces);
      const [creators = '', ...plans] = await plansOf(() => listWebhookLogs(db, { visible, tags: [] }, PAGE));
      expect(creators).toContain('webhooks_space_creator');
      for (const plan of plans) {
        expect(plan).toMatch(/tags_array_idx/);
        expect(plan).not.toContain('Seq Scan');
      }
    }
  });

  it("a user's logs of a time look at that day's partition only", async () => {
    const day = { since: new Date('2026-01-02T00:00:00Z'), until: new Date('2026-01-03T00:00:00Z') };
    const plans = await plansOf(() => listWebhookLogs(db, { visible: visibleToUser(7), tags: [], ...day }, PAGE));
    expect(plans.join('\n')).toContain('webhook_logs_20260102');
    expect(plans.join('\n')).not.toMatch(/webhook_logs_2026010[13]/);
  });

  it("a user's logs by a rare tag come by the index of tags", async () => {
    const plans = await plansOf(() =>
      listWebhookLogs(db, { visible: visibleToUser(51), tags: [{ key: 'rare', value: '8' }] }, PAGE),
    );
    expect(plans).toHaveLength(1);
    expect(plans[0]).toContain('tags_array_idx');
    expect(plans[0]).not.toContain('Seq Scan');
  });

  it.each([
    ['webhook', { webhookId: 12_345 }],
    ['space', { spaceId: 12_345 }],
    ['subject', { subject: 'seldom.seen' }],
    ['webhook and tag', { webhookId: 12_345, tags: rare }],
  ])("a user's logs of one %s come by the index of marks", async (_name, filter) => {
    // User 51 has half of the logs, so the index of users is useless then.
    const plans = await plansOf(() => listWebhookLogs(db, { visible: visibleToUser(51), tags: [], ...filter }, PAGE));
    expect(plans).toHaveLength(1);
    expect(plans[0]).toMatch(/tags_array_idx/);
    expect(plans[0]).not.toContain('Seq Scan');
  });

  it.each([
    ['failed', { outcome: 'failed' as const }, 'created_by_id_created_at_id_idx1'],
    ['were answered so', { status: 503 }, 'created_by_id_created_at_id_idx1'],
    ['are dead', { outcome: 'dead' as const }, 'created_by_id_outcome_created_at_id_idx'],
  ])("a user's logs that %s come by a small index of their own", async (_name, filter, index) => {
    const plans = await plansOf(() => listWebhookLogs(db, { visible: visibleToUser(7), tags: [], ...filter }, PAGE));
    expect(plans[0]).toContain(index);
    expect(plans[0]).not.toContain('Seq Scan');
  });

  it('a page by cursor looks at no later day, and sorts nothing', async () => {
    const cursor = [String(Date.parse('2026-01-02T12:00:00Z') * 1000), '1'];
    const [plan] = await plansOf(() =>
      listWebhookLogs(db, { visible: visibleToUser(7), tags: [] }, { ...PAGE, cursor }),
    );
    expect(plan).toContain('webhook_logs_20260102');
    expect(plan).not.toMatch(/webhook_logs_20260103|\bSort\b/);
    expect(plan).toMatch(/Index Cond: .*ROW\(created_at, id\)/);
  });

  it('what matches is counted up to a bound; beyond it the planner is asked', async () => {
    const list = await listEvents(db, { tags: [] }, PAGE);
    expect([list.isEstimate, list.total > 15_000 && list.total < 25_000]).toEqual([true, true]);
    const plans = await plansOf(() => listEvents(db, { tags: [] }, PAGE));
    expect(plans[1]).toMatch(/Aggregate.*\n\s+->\s+Limit.*rows=1001/);
    await expect(listEvents(db, { tags: [] }, { limit: 100, page: 1002 })).rejects.toThrow('continue with next_cursor');
  });

  it("a user's dead letters come by the index of users, newest first without sorting", async () => {
    const plans = await plansOf(() => listDeadLetters(db, { visible: visibleToUser(7), tags: [] }, PAGE));
    expect(plans).toHaveLength(2);
    for (const plan of plans) expect(plan).toContain('dead_letters_user');
    expect(plans[0]).not.toMatch(/\bSort\b|Seq Scan/);
  });

  it("a webhook's replays come by their index", () =>
    expectPlans(1, /replays_webhook/, () => listReplays(db, 7, PAGE)));

  it('a delivery and its attempts come by keys', async () => {
    const ofUser = db({ d: 'dead_letters' })
      .join({ w: 'webhooks' }, 'w.id', 'd.webhook_id')
      .where('w.created_by_id', 7);
    const { id } = await ofUser.first('d.id');
    const plans = await plansOf(async () => {
      await loadDelivery(db, { id, visible: visibleToUser(7) });
      return loadLogs(db, await newestAttempts(db, id, 200));
    });
    expect(plans).toHaveLength(4);
    expect(plans.join('\n')).not.toMatch(/Seq Scan on (?:webhook|dead|w\b)/);
  });

  it("the logs of a page are read by key, without a look at other days' partitions", async () => {
    const day = { since: new Date('2026-01-02T00:00:00Z'), until: new Date('2026-01-03T00:00:00Z') };
    const { nodes } = await listWebhookLogs(db, { visible: visibleToUser(7), tags: [], ...day }, PAGE);
    const [plan] = await plansOf(() => loadLogs(db, nodes), 'explain (analyze, costs off)');
    expect(plan).toMatch(/webhook_logs_20260102_pkey/);
    expect(plan).toMatch(/webhook_logs_20260101_pkey.*never executed/);
    expect(plan).not.toContain('Seq Scan');
  });

  it('the account of a day looks at the messages of that day only', async () => {
    const range = { since: new Date('2026-01-02T00:00:00Z'), until: new Date('2026-01-03T00:00:00Z') };
    const [plan] = await plansOf(() => loadAccount(db, { webhookId: 7, ...range }));
    expect(plan).toContain('messages_20260102');
    expect(plan).not.toMatch(/messages_2026010[13]/);
  });

  it('whether an event is enabled is found by keys', () =>
    expectPlans(1, /events_event_living/, () => isEventEnabled(db, 7, 'event.7')));

  it("messages are found by key, without a look at other days' partitions", async () => {
    const row = await db('messages')
      .where('received_at', '<', '2026-01-02Z')
      .first('id', db.raw('received_at::text as at'));
    const plans = await plansOf(() => loadMessages(db, [{ messageId: row.id, receivedAt: row.at }]));
    expect(plans[0]).toMatch(/messages_20260101_pkey/);
    expect(plans[0]).not.toContain('Seq Scan');
  });

  it('the logs of all spaces come by the index of creators, each only as far as the page needs', async () => {
    await db.raw('update webhooks set created_by_id = 1 + created_by_id % 3');
    await db.raw('vacuum analyze webhooks');
    const read = () => listWebhookLogs(db, { visible: visibleToToken('all'), tags: [] }, PAGE);
    const [creators = '', list = '', count = ''] = await plansOf(read, 'explain (analyze, buffers, timing off)');
    expect(creators).toContain('webhooks_creator');
    for (const plan of [list, count]) {
      expect(plan).toMatch(/created_by_id_created_at_id_idx/);
      expect(plan).not.toMatch(/Seq Scan/);
    }
    expect(list).not.toContain('Bitmap');
    const touched = (plan: string) => Number(/Buffers: shared hit=(\d+)/.exec(plan)?.[1] ?? Number.POSITIVE_INFINITY);
    expect(touched(creators)).toBeLessThan(60);
    expect(touched(list)).toBeLessThan(200);
    const cursor = [String(Date.parse('2026-01-02T12:00:00Z') * 1000), '1'];
    const later = await plansOf(() =>
      listWebhookLogs(db, { visible: visibleToToken('all'), tags: [] }, { ...PAGE, cursor }),
    );
    expect(later[1]).not.toMatch(/webhook_logs_20260103|Bitmap|Seq Scan/);
  });
});
