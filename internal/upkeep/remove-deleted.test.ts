import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadCatalogChanges, loadCatalogStamp } from '../store/catalog/catalog-changes.js';
import { makeTestJournal, type TestJournal } from '../testkit/kits/test-journal.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeRemoval } from './remove-deleted.js';
import { MAX_COUNTED } from './watch-backlog.js';

const DAY = 86_400_000;
const OLD = '91 days';
const BIG = Number.MAX_SAFE_INTEGER;
let kit: TestJournal;
let logger: ReturnType<typeof makeTestLogger>;

beforeEach(async () => {
  kit = await makeTestJournal();
  logger = makeTestLogger();
});
afterEach(() => kit.stop());

const makeRound = (logsMs = 90 * DAY) => makeRemoval({ pool: kit.pool, logger, logsMs });
const remove = (logsMs?: number) => makeRound(logsMs)();
const ids = async (table: string) =>
  (await kit.sql<{ id: number }>(`select id from ${table} order by id`)).map(({ id }) => id);
const deleteBoth = async (ago = OLD) => {
  await kit.sql(`update webhooks set deleted_at = now() - $1::interval`, [ago]);
  await kit.sql(`update events set deleted_at = now() - $1::interval`, [ago]);
};

const known = async () => {
  const [state] = await kit.sql<{ version: number; stamp: string }>('select version::int, stamp from catalog_version');
  if (!state) throw new Error('no version');
  return state;
};
const load = async (from: { readonly version: number; readonly stamp: string }) => {
  const deleted: number[] = [];
  const webhooks: number[] = [];
  const history = await loadCatalogChanges(kit.pool, from, (part) => {
    deleted.push(...part.deletedWebhookIds, ...part.deletedEventIds);
    webhooks.push(...part.webhooks.map(({ id }) => id));
  });
  return { history, deleted, webhooks: webhooks.toSorted() };
};

describe('rows of deleted events and webhooks', () => {
  it('are removed with everything that belongs to them, and the catalog does not change', async () => {
    await kit.sql(`insert into webhook_secrets (webhook_id, purpose, sealed, hint) values (1, 'signing', 'x', '')`);
    await kit.sql('insert into webhook_health (webhook_id) values (1)');
    await kit.sql('insert into resumes (webhook_id) values (1)');
    await deleteBoth();
    const stamp = await loadCatalogStamp(kit.pool);
    await remove();
    for (const table of ['webhooks', 'events']) expect(await ids(table)).toEqual([]);
    for (const table of ['webhook_events', 'webhook_secrets', 'webhook_health', 'resumes']) {
      expect(await kit.sql(`select from ${table}`)).toEqual([]);
    }
    expect(await loadCatalogStamp(kit.pool)).toBe(stamp);
    expect(logger.lines).toEqual([
      { level: 'info', name: 'retention.rows_removed', fields: { webhooks: 1, events: 1, spaces: 0 } },
    ]);
  });

  it('stay while they are living or were deleted since the oldest log', async () => {
    await remove();
    await deleteBoth('89 days');
    await remove();
    expect([await ids('webhooks'), await ids('events')]).toEqual([[1], [1]]);
    expect(logger.lines).toEqual([]);
  });

  it('stay for an hour, however short logs are kept', async () => {
    await deleteBoth('59 minutes');
    await remove(60_000);
    expect(await ids('webhooks')).toEqual([1]);
    await deleteBoth('61 minutes');
    await remove(60_000);
    expect(await ids('webhooks')).toEqual([]);
  });

  it.each([
    [
      'a delivery that waits',
      'deliveries',
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
       values (gen_random_uuid(), gen_random_uuid(), now(), 1, 1, 'infinity')`,
    ],
    [
      'a delivery that an instance owns',
      'deliveries',
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, owner)
       values (gen_random_uuid(), gen_random_uuid(), now(), 1, 1, now(), gen_random_uuid())`,
    ],
    [
      'a dead letter',
      'dead_letters',
      `insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because)
       values (gen_random_uuid(), gen_random_uuid(), now(), 1, 1, now(), 'gone')`,
    ],
    [
      'a replay',
      'replays',
      `insert into replays (created_by_id, webhook_id, outcome, since, until, total) values (1, 1, 'dead', now(), now(), 1)`,
    ],
    [
      'a log, which may be later than the deletion',
      'webhook_logs',
      `insert into webhook_logs (created_at, created_by_id, event, url, tags, webhook_id, space_id, message_id,
         received_at, delivery_id, attempt, outcome, duration_ms)
       values (now(), 1, 'tag.created', '', '{}', 1, 7, gen_random_uuid(), now(), gen_random_uuid(), 1, 'cancelled', 0)`,
    ],
  ])('stay while %s refers to the webhook', async (_, table, reference) => {
    await kit.sql(reference);
    await deleteBoth();
    await remove();
    expect([await ids('webhooks'), await ids('events')]).toEqual([[1], [1]]);
    expect(await kit.sql('select from webhook_events')).toHaveLength(1);
    await kit.sql(`delete from ${table}`);
    await remove();
    expect([await ids('webhooks'), await ids('events')]).toEqual([[], []]);
  });

  it('do not hide those behind them when they must stay, more than a round looks at', async () => {
    await kit.sql(`insert into webhooks (created_by_id, updated_by_id, name, url, enabled, deleted_at)
                   select 1, 1, '', '', true, now() - interval '100 days' from generate_series(1, 2500)`);
    await kit.sql(`insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because)
                   select gen_random_uuid(), gen_random_uuid(), now(), id, 1, now(), 'gone' from webhooks where id > 1`);
    await deleteBoth();
    await kit.sql(`update webhooks set deleted_at = now() - interval '100 days' where id > 1`);
    const round = makeRound();
    await round();
    expect(logger.lines).toEqual([]);
    await round();
    expect(logger.lines.map(({ fields }) => fields)).toEqual([{ webhooks: 1, events: 1, spaces: 0 }]);
  });

  it('are left to the instance that removes them at the moment', async () => {
    await deleteBoth();
    const rounds = [remove(), remove(), remove()];
    await Promise.all(rounds);
    expect(await ids('webhooks')).toEqual([]);
    expect(logger.lines.reduce((sum, { fields }) => sum + Number(fields.webhooks), 0)).toBe(1);
  });

  it('stay while so many deliveries are due that the backlog is not counted any further', async () => {
    await kit.sql(
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
       select gen_random_uuid(), gen_random_uuid(), now(), 2, 1, now() from generate_series(1, $1::int)`,
      [MAX_COUNTED],
    );
    await deleteBoth();
    await remove();
    expect(await ids('webhooks')).toEqual([1]);
    await kit.sql('delete from deliveries where id = (select id from deliveries limit 1)');
    await remove();
    expect(await ids('webhooks')).toEqual([]);
  });

  it('stay for this round when their removal takes longer than 5 s, and no connection is left for it', async () => {
    await deleteBoth();
    const pids = async () => {
      const rows = await Promise.all(
        Array.from({ length: 4 }, () => kit.sql<{ pid: number }>('select pg_backend_pid() as pid, pg_sleep(0.1)')),
      );
      return rows.map(([row]) => Number(row?.pid)).toSorted((a, b) => a - b);
    };
    const before = await pids();
    await kit.sql(`create function slow() returns trigger language plpgsql as $$ begin
      perform pg_sleep(30); return old; end $$`);
    await kit.sql('create trigger slow before delete on webhooks for each row execute function slow()');
    await expect(remove()).rejects.toMatchObject({ code: '57014' });
    await kit.sql('drop trigger slow on webhooks');
    expect(await pids()).toEqual(before);
    await remove();
    expect(await ids('webhooks')).toEqual([]);
  });

  it('are not loaded by an instance that starts, and are by one that knows them', async () => {
    const before = await known();
    await deleteBoth('1 minute');
    expect(await load({ version: 0, stamp: '' })).toEqual({ history: 'begun', deleted: [], webhooks: [] });
    expect(await load(before)).toEqual({ history: 'continued', deleted: [1, 1], webhooks: [] });
  });

  it.each(['webhooks', 'events'])(
    '(%s) make an instance that was suspended since before the deletion load the whole catalog',
    async (table) => {
      await kit.sql(
        `insert into webhooks (created_by_id, updated_by_id, name, url, enabled) values (1, 1, '', '', true)`,
      );
      await kit.sql('delete from webhook_events');
      const before = await known();
      await kit.sql(`update ${table} set deleted_at = now() - $1::interval where id = 1`, [OLD]);
      const after = await known();
      await remove();
      expect(await ids(table)).not.toContain(1);
      expect(await load(before)).toMatchObject({ history: 'forgotten', webhooks: table === 'webhooks' ? [2] : [1, 2] });
      expect(await load(after)).toEqual({ history: 'continued', deleted: [], webhooks: [] });
    },
  );

  it('are looked after with every table that refers to a webhook: a new one must be added to the statement', async () => {
    const rows = await kit.sql<{ table: string }>(`
      select distinct table_name as table from information_schema.columns
      where table_schema = current_schema() and column_name = 'webhook_id' and table_name !~ '_[0-9]{8}$' order by 1`);
    expect(rows.map(({ table }) => table)).toEqual([
      'dead_letters',
      'deliveries',
      'replays',
      'resumes',
      'webhook_events',
      'webhook_health',
      'webhook_logs',
      'webhook_secrets',
    ]);
  });

  it('an id is never given to another webhook', async () => {
    await deleteBoth();
    await remove();
    await kit.sql(
      `insert into webhooks (created_by_id, updated_by_id, name, url, enabled) values (1, 1, $1, '', true)`,
      [randomUUID()],
    );
    expect(await ids('webhooks')).toEqual([2]);
  });
});

describe('rows of deleted spaces', () => {
  const spaces = async () => (await kit.sql<{ id: string }>('select id from spaces order by id')).map(({ id }) => +id);
  const deleteSpaces = (ago = OLD) => kit.sql('update spaces set deleted_at = now() - $1::interval', [ago]);

  beforeEach(() =>
    kit.sql('insert into spaces (id, created_by_id, updated_by_id) values (8, 1, 1), ($1, 1, 1)', [BIG]),
  );

  it('are removed in the round in which the last row of their webhooks is', async () => {
    await deleteBoth();
    await deleteSpaces();
    await kit.sql(`insert into replays (created_by_id, webhook_id, outcome, since, until, total)
                   values (1, 1, 'dead', now(), now(), 1)`);
    await remove();
    expect(await spaces()).toEqual([7]);
    await kit.sql('delete from replays');
    await remove();
    expect(await spaces()).toEqual([]);
    expect(logger.lines.map(({ fields }) => fields)).toEqual([
      { webhooks: 0, events: 0, spaces: 2 },
      { webhooks: 1, events: 1, spaces: 1 },
    ]);
  });

  it('stay while they are living or were deleted since the oldest log', async () => {
    await remove();
    await deleteSpaces('89 days');
    await remove();
    expect(await spaces()).toEqual([7, 8, BIG]);
  });

  it('make an instance that was suspended since before the deletion load the whole catalog, if they had a key', async () => {
    await kit.sql(`update spaces set key = 'acme' where id = 8`);
    const before = await known();
    await deleteSpaces();
    const after = await known();
    await remove();
    expect(await spaces()).toEqual([7]);
    expect(await load(before)).toMatchObject({ history: 'forgotten', webhooks: [1] });
    expect(await load(after)).toEqual({ history: 'continued', deleted: [], webhooks: [] });
  });

  it('stay while a webhook belongs to them that is not deleted', async () => {
    await deleteSpaces();
    await remove();
    expect(await spaces()).toEqual([7]);
  });

  it('are removed beside registrations with their numbers, and each webhook has its space', async () => {
    await deleteBoth();
    const register = (id: number) =>
      kit.sql(
        `insert into webhooks (created_by_id, updated_by_id, name, url, enabled, space_id) values (1, 1, '', '', true, $1)`,
        [id],
      );
    for (let round = 0; round < 10; round++) {
      await kit.sql('truncate webhooks cascade');
      await deleteSpaces();
      await Promise.all([remove(), register(7), register(8), register(BIG)]);
      expect(await kit.sql('select from spaces where deleted_at is null')).toHaveLength(3);
    }
  });
});
