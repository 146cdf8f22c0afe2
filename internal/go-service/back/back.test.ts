import { describe, expect, it } from '@jest/globals';
import { writeSettings } from '../../store/webhooks/stored-settings.js';
import { useGoImport } from '../../testkit/go-database/use-go-import.js';
import { importCatalog } from '../import/import-catalog.js';
import { bringBack } from './back-catalog.js';
import { bringLogsBack } from './back-logs.js';

const kit = useGoImport();
const bring = (delta = false) => importCatalog({ ...kit.parts, delta, dryRun: false });
const back = (dryRun = false) => bringBack({ ...kit.parts, dryRun });
const now = () => kit.db.fn.now();
const goRow = async (table: string, id: number) =>
  (await kit.go.query(`select *, convert_from(tags, 'UTF8') as tags from ${table} where id = $1`, [id]))[0];

describe('--back', () => {
  it('changes nothing if nothing changed here', async () => {
    await bring();
    const before = await kit.go.picture();
    expect(await back()).toMatchObject({ events: 0, webhooks: 0 });
    expect(await kit.go.picture()).toBe(before);
  });

  it('writes what was made, changed and deleted here, in the types of the Go service', async () => {
    await bring();
    const users = { created_by_id: 5, updated_by_id: 5 };
    const [made] = await kit
      .db('events')
      .insert({ name: 'Made', event: 'made.here', tags: '{"app":"x"}', ...users })
      .returning('id');
    const url = 'https://example.com/made';
    const [hook] = await kit
      .db('webhooks')
      .insert({ name: 'W', url, enabled: true, space_id: 9, ...users })
      .returning('id');
    await kit.db('webhook_events').insert([{ webhook_id: hook.id, event_id: made.id }]);
    await kit.db('webhooks').where({ id: 1 }).update({ name: 'Renamed', updated_at: now(), updated_by_id: 6 });
    await kit.db('webhook_events').where({ webhook_id: 1, event_id: 2 }).delete();
    await kit.db('events').where({ id: 7 }).update({ deleted_at: now(), updated_at: now() });
    const report = await back();
    expect([report.events, report.webhooks]).toEqual([2, 2]);
    expect(await goRow('events', made.id)).toMatchObject({
      event: 'made.here',
      tags: '{"app":"x"}',
      created_by_id: '5',
    });
    expect(await goRow('webhooks', hook.id)).toMatchObject({ url, space_id: '9', enabled: true });
    expect(await goRow('webhooks', 1)).toMatchObject({
      name: 'Renamed',
      tags: '{"app":"example"}',
      updated_by_id: '6',
    });
    expect(await goRow('events', 7)).toMatchObject({ name: null, tags: null, deleted_at: expect.any(Date) });
    // The links to events that are not used here stay.
    const links = await kit.go.query<{ event_id: string }>(
      'select event_id from webhook_events where webhook_id = 1 order by event_id',
    );
    expect(links.map(({ event_id }) => event_id)).toEqual(['1', '3', '5']);
    const [next] = await kit.go.query<{ id: string }>("insert into events (event) values ('x.y') returning id");
    expect(Number(next?.id)).toBeGreaterThan(made.id);
  });

  it('leaves a row that the Go service changed since, and says so', async () => {
    await bring();
    await kit.db('webhooks').where({ id: 1 }).update({ name: 'Ours', updated_at: now() });
    await kit.go.query("update webhooks set name = 'Theirs' where id = 1");
    const before = await kit.go.picture();
    const { webhooks, notes } = await back();
    expect(webhooks).toBe(0);
    expect(notes).toContainEqual(
      expect.objectContaining({ kind: 'webhook', id: 1, says: expect.stringMatching('both') }),
    );
    expect(await kit.go.picture()).toBe(before);
  });

  it('lists what the Go service cannot express', async () => {
    await bring();
    await kit
      .db('webhooks')
      .where({ id: 1 })
      .update({ own_settings: writeSettings({ format: 'raw' }), key: 'a/b', paused_at: now() });
    const { notes } = await back(true);
    expect(notes.map(({ kind, id, says }) => [kind, id, says])).toEqual([
      ['event', 10, 'the Go service never triggers webhooks by a wildcard'],
      ['webhook', 1, 'its settings are lost: format'],
      ['webhook', 1, 'it is paused here: the Go service sends to it'],
      ['webhook', 1, 'its key a/b is lost'],
      ['webhook', 10, 'its settings are lost: auth'],
    ]);
  });

  it('is followed by an import of what changes there next, and by another --back', async () => {
    await bring();
    await kit.db('webhooks').where({ id: 1 }).update({ name: 'Ours', updated_at: now() });
    await back();
    expect(await bring(true)).toMatchObject({ webhooks: 0, notes: [] });
    await kit.go.query("update webhooks set name = 'Theirs' where id = 1");
    expect(await bring(true)).toMatchObject({ webhooks: 1, notes: [] });
    expect(await back()).toMatchObject({ webhooks: 0 });
  });

  it('changes nothing in a dry run', async () => {
    await bring();
    await kit.db('webhooks').where({ id: 1 }).update({ name: 'Ours', updated_at: now() });
    // A rolled back change leaves its mark on the row, but not in it.
    const contents = () => kit.go.query('select t::text as row from webhooks t order by id');
    const before = await contents();
    expect(await back(true)).toMatchObject({ webhooks: 1 });
    expect(await contents()).toEqual(before);
  });
});

it('logs that were made here go back once, with the body that was sent', async () => {
  await bring();
  await kit.db.raw(`select hukz_ensure_partition(t, current_date) from unnest(array['webhook_logs', 'messages']) t`);
  await kit.db.raw(`
    with message as (
      insert into messages (id, received_at, subject, payload)
      values (gen_random_uuid(), now(), 'post.created', '{"a":1}') returning id, received_at)
    insert into webhook_logs (id, created_at, created_by_id, event, url, response_status_code, response_body, tags,
      webhook_id, space_id, message_id, received_at, delivery_id, attempt, outcome, duration_ms)
    select 5000 + n, now(), 1, 'post.created', 'https://example.com/hook', status, 'plain', '{}', 1, 7, id, received_at,
      gen_random_uuid(), 1, 'delivered', 3
    from message, (values (1, 200), (2, null)) as s (n, status)`);
  const since = new Date(Date.now() - 60_000);
  const again = () => bringLogsBack({ db: kit.db, schema: 'public', since, onProgress: () => undefined });
  expect(await again()).toEqual({ written: 1, taken: 0 });
  expect(await again()).toEqual({ written: 0, taken: 0 });
  const logs = await kit.go.query(
    `select id, response_status_code as status, convert_from(data, 'UTF8') as data,
       convert_from(response_body, 'UTF8') as response from webhook_logs where id > 12`,
  );
  expect(logs).toEqual([
    { id: '5001', status: '200', data: expect.stringMatching(/"payload":\{"a":1\}\}$/), response: '"plain"' },
  ]);
});
