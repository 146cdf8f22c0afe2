import { describe, expect, it } from '@jest/globals';
import { openDestinations } from '../../store/webhooks/webhook-destination.js';
import { useGoImport } from '../../testkit/go-database/use-go-import.js';
import { importCatalog } from './import-catalog.js';
import { ImportRefused } from './import-refused.js';

const kit = useGoImport();
const bring = (options: { delta?: boolean; dryRun?: boolean } = {}) =>
  importCatalog({ ...kit.parts, delta: false, dryRun: false, ...options });
const livingEvents = async () => {
  const rows: { id: number; event: string }[] = await kit.db('events').whereNull('deleted_at').orderBy('id');
  return rows.map(({ id, event }) => [id, event]);
};

describe('the import', () => {
  it('brings events and webhooks with their ids, users, times and deleted rows, and leaves the tables alone', async () => {
    const before = await kit.go.picture();
    const report = await bring();
    expect([report.events, report.webhooks]).toEqual([12, 13]);
    expect(await kit.go.picture()).toBe(before);
    expect(await livingEvents()).toEqual([
      [1, 'post.created'],
      [2, 'tag.created'],
      [6, 'category.updated'],
      [7, 'rating.updated'],
      [10, 'media.*'],
      [14, 'claim.deleted'],
    ]);
    const [tag] = await kit.db('events').where({ id: 2 }).select(kit.db.raw('*, updated_at::text as at'));
    expect(tag).toMatchObject({
      name: 'Tag created',
      tags: { app: 'example', kind: 'tag' },
      created_by_id: '1',
      updated_by_id: '2',
      at: '2022-10-02 04:00:00.123457+00',
    });
    const [deleted] = await kit.db('webhooks').where({ id: 4 });
    expect(deleted).toMatchObject({ deleted_at: expect.any(Date), enabled: true, space_id: '7' });
    const links: { event_id: number }[] = await kit.db('webhook_events').where({ webhook_id: 1 }).orderBy('event_id');
    expect(links.map(({ event_id }) => event_id)).toEqual([1, 2]);
  });

  it('keeps rows that break the rules, unused or disabled, and says why', async () => {
    const { notes } = await bring();
    const unused = notes.filter(({ weight }) => weight === 'unused').map(({ kind, id }) => `${kind} ${id}`);
    expect(unused).toEqual([
      ...[5, 8, 9, 11, 12].map((id) => `event ${id}`),
      ...[8, 9, 14].map((id) => `webhook ${id}`),
    ]);
    const reason = notes.find(({ kind, id }) => kind === 'event' && id === 5)?.says;
    expect(reason).toBe('event 1 has the same subject, regardless of case');
    const rows = await kit.db('webhooks').whereIn('id', [8, 9, 12]).orderBy('id').select('enabled', 'disabled_because');
    expect(rows).toEqual([
      {
        enabled: false,
        disabled_because: 'imported: a URL may not contain spaces, control characters, backslashes or lone surrogates',
      },
      { enabled: false, disabled_because: 'imported: a URL must begin with http:// or https:// and a host' },
      { enabled: false, disabled_because: null },
    ]);
    expect(notes).toContainEqual({ kind: 'event', id: 12, weight: 'changed', says: 'its tag n becomes the text 1' });
  });

  it('makes no secret, so that requests stay unsigned, and stores secret parts of URLs apart', async () => {
    await bring();
    expect(await kit.db('webhook_secrets').where({ purpose: 'signing' })).toEqual([]);
    const [slack] = await kit.db('webhooks').where({ id: 2 });
    expect(slack.url).toBe('https://hooks.slack.com/services/***');
    const opened = await openDestinations({ db: kit.db, vault: kit.vault }, [{ id: 2, url: slack.url, settings: {} }]);
    expect(opened({ id: 2, url: slack.url, settings: {} }).url).toBe('https://hooks.slack.com/services/T0/B0/x');
  });

  it('takes the user and password of a URL for basic authentication, as Go does', async () => {
    await bring();
    const [webhook] = await kit.db('webhooks').where({ id: 10 });
    expect(webhook).toMatchObject({ url: 'https://example.com/hook', enabled: true });
    expect(JSON.stringify(webhook.own_settings)).toContain('"username":"user"');
    const secrets = await kit.db('webhook_secrets').where({ webhook_id: 10 }).select('purpose', 'hint');
    expect(secrets).toEqual([{ purpose: 'auth', hint: expect.any(String) }]);
  });

  it('gives new ids above those of the Go service', async () => {
    await bring();
    const [event] = await kit
      .db('events')
      .insert({ name: '', event: 'new.one', created_by_id: 1, updated_by_id: 1 })
      .returning('id');
    expect(event.id).toBeGreaterThan(17);
  });

  it('changes nothing in a dry run, and reports the same', async () => {
    const tried = await bring({ dryRun: true });
    expect(await kit.db('events').select('id')).toEqual([]);
    expect(await bring()).toEqual(tried);
  });

  it('is refused where it would mix rows', async () => {
    await expect(bring({ delta: true })).rejects.toThrow(ImportRefused);
    await bring();
    await expect(bring()).rejects.toThrow('were imported already');
  });
});

describe('--delta', () => {
  it('brings what changed in the Go service since, and nothing twice', async () => {
    await bring();
    await kit.go.query("insert into events (id, event, created_at, tags) values (16, 'late.event', now(), '{}')");
    await kit.go.query("update webhooks set name = 'Renamed', updated_at = now() where id = 1");
    await kit.go.query('update webhooks set deleted_at = now() where id = 3');
    await kit.go.query('insert into webhook_events values (1, 16)');
    const before = await kit.go.picture();
    expect(await bring({ delta: true })).toMatchObject({ events: 1, webhooks: 2, notes: [] });
    expect(await kit.go.picture()).toBe(before);
    expect(await kit.db('webhooks').where({ id: 1 }).first('name')).toEqual({ name: 'Renamed' });
    expect(await kit.db('webhook_events').where({ webhook_id: 1, event_id: 16 })).toHaveLength(1);
    expect(await bring({ delta: true })).toMatchObject({ events: 0, webhooks: 0 });
  });

  it('lets an event take the subject of one that was deleted meanwhile', async () => {
    await bring();
    await kit.go.query('update events set deleted_at = now() where id = 2');
    await kit.go.query("insert into events (id, event, created_at, tags) values (16, 'tag.created', now(), '{}')");
    await bring({ delta: true });
    expect(await livingEvents()).toContainEqual([16, 'tag.created']);
  });

  it('leaves a row that changed on both sides as it is here, and says so', async () => {
    await bring();
    await kit.db('webhooks').where({ id: 1 }).update({ name: 'Ours', updated_at: kit.db.fn.now() });
    await kit.go.query("update webhooks set name = 'Theirs' where id = 1");
    const { notes } = await bring({ delta: true });
    expect(notes).toEqual([
      { kind: 'webhook', id: 1, weight: 'conflict', says: 'it was changed on both sides: it stays as it is here' },
    ]);
    expect(await kit.db('webhooks').where({ id: 1 }).first('name')).toEqual({ name: 'Ours' });
  });
});
