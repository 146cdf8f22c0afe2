import { describe, expect, it } from '@jest/globals';
import { useGoImport } from '../../testkit/go-database/use-go-import.js';
import { bringBack } from '../back/back-catalog.js';
import { importCatalog } from './import-catalog.js';

const kit = useGoImport();
const bring = (delta = false, rules = kit.parts.rules) => importCatalog({ ...kit.parts, rules, delta, dryRun: false });
const subjects = async () => {
  const rows: { id: number; event: string }[] = await kit.db('events').whereNull('deleted_at').orderBy('id');
  return Object.fromEntries(rows.map(({ id, event }) => [id, event]));
};
const eventsOf = async (webhook: number): Promise<number[]> => {
  const rows: { event_id: number }[] = await kit
    .db('webhook_events')
    .where({ webhook_id: webhook })
    .orderBy('event_id');
  return rows.map(({ event_id }) => event_id);
};

describe('--delta', () => {
  it('brings subjects that events have exchanged or handed on', async () => {
    await bring();
    await kit.go.query(`update events set event = case id when 1 then 'tag.created' when 2 then 'post.created'
      when 6 then 'rating.updated' else 'rating.fresh' end where id in (1, 2, 6, 7)`);
    expect(await bring(true)).toMatchObject({ events: 4 });
    expect(await subjects()).toMatchObject({
      1: 'tag.created',
      2: 'post.created',
      6: 'rating.updated',
      7: 'rating.fresh',
    });
  });

  it('brings an event that can be used now, with its links, and takes one back that cannot', async () => {
    await bring();
    // Event 5 has the subject of event 1 in another letter case. Webhooks 1 and 2 have both.
    expect([await eventsOf(1), await eventsOf(2)]).toEqual([[1, 2], [1]]);
    await kit.go.query('update events set deleted_at = now() where id = 1');
    await bring(true);
    expect(await subjects()).toMatchObject({ 5: 'Post.Created' });
    expect(await subjects()).not.toHaveProperty('1');
    expect([await eventsOf(1), await eventsOf(2)]).toEqual([[2, 5], [5]]);
    await kit.go.query('update events set deleted_at = null where id = 1');
    await bring(true);
    expect(await subjects()).toMatchObject({ 1: 'post.created' });
    expect([await eventsOf(1), await eventsOf(2)]).toEqual([[1, 2], [1]]);
    expect(await bring(true)).toMatchObject({ events: 0, webhooks: 0 });
  });

  it('brings an event that the operator allows since', async () => {
    await bring();
    expect(await bring(true, { allowAll: true })).toMatchObject({ events: 1 });
    expect(await subjects()).toMatchObject({ 11: '>' });
  });

  it('keeps the subject of an event that was changed here, and says so of a new event that has it', async () => {
    await bring();
    await kit.db('events').where({ id: 1 }).update({ event: 'taken.here', updated_at: kit.db.fn.now() });
    await kit.go.query(`insert into events (id, event) values (20, 'Taken.Here')`);
    const { notes } = await bring(true);
    expect(notes).toContainEqual(
      expect.objectContaining({ kind: 'event', id: 20, says: 'event 1 has the same subject, regardless of case' }),
    );
    expect(await subjects()).toMatchObject({ 1: 'taken.here' });
  });

  it('names rows that a person removed from the tables of the Go service', async () => {
    await bring();
    await kit.go.query(
      'delete from webhook_events where event_id = 7 or webhook_id = 5; delete from events where id = 7',
    );
    await kit.go.query('delete from webhooks where id = 5');
    const says = 'it was removed from the table of the Go service: it stays here';
    expect((await bring(true)).notes).toEqual([
      { kind: 'event', id: 7, weight: 'conflict', says },
      { kind: 'webhook', id: 5, weight: 'conflict', says },
    ]);
    expect(await subjects()).toMatchObject({ 7: 'rating.updated' });
  });
});

describe('--back', () => {
  it('leaves a link out whose event a person removed there', async () => {
    await bring();
    await kit.go.query('delete from webhook_events where event_id = 2; delete from events where id = 2');
    await kit.db('webhooks').where({ id: 1 }).update({ name: 'Renamed', updated_at: kit.db.fn.now() });
    const { webhooks } = await bringBack({ ...kit.parts, dryRun: false });
    expect(webhooks).toBe(0);
    await kit.go.query("update webhooks set name = 'Public' where id = 1");
    await bring(true);
    await kit.db('webhooks').where({ id: 14 }).update({ name: 'Renamed', updated_at: kit.db.fn.now() });
    await kit.db('webhook_events').insert({ webhook_id: 14, event_id: 2 });
    expect((await bringBack({ ...kit.parts, dryRun: false })).webhooks).toBe(1);
    expect(await kit.go.query('select event_id from webhook_events where webhook_id = 14')).toEqual([
      { event_id: '1' },
    ]);
  });
});

describe('an import while the Go service still writes', () => {
  it('sees one moment: no webhook is brought without an event that was made meanwhile', async () => {
    // The reading of webhooks waits for this lock, after the events were read.
    const release = await kit.go.lock('webhooks');
    const importing = bring();
    await release.afterWaiter(async (query) => {
      await query(`insert into events (id, event) values (20, 'made.meanwhile')`);
      await query('insert into webhook_events (webhook_id, event_id) values (13, 20)');
    });
    await importing;
    await bring(true);
    expect(await eventsOf(13)).toEqual([20]);
    expect(await subjects()).toMatchObject({ 20: 'made.meanwhile' });
  });
});

describe('hostile rows', () => {
  it('are brought as far as they can be', async () => {
    await kit.go.query(`insert into events (id, created_at, updated_at, deleted_at, event, tags) values
      (100, 'infinity', '-infinity', null, 'time.one', convert_to('{"__proto__":"x","constructor":"y"}', 'UTF8')),
      (101, '0044-03-15 BC', '12022-01-01', 'infinity', 'time.two', '\\xff00fe'),
      (102, now(), now(), null, repeat('x', 1000000), convert_to('{"a":"' || repeat('x', 20000000) || '"}', 'UTF8')),
      (103, now(), now(), null, E'a\\u0001b', convert_to(repeat('[', 1000000), 'UTF8')),
      (104, now(), now(), null, 'big.user', null)`);
    await kit.go.query('update events set created_by_id = 9223372036854775807, updated_by_id = -1 where id = 104');
    await kit.go.query(`insert into webhooks (id, url, name, enabled, space_id) values
      (100, 'http://' || repeat('a', 1000000), repeat('n', 1000000), true, -5), (101, '%00%', E'\\u0007', true, 7)`);
    const { notes } = await bring();
    expect(notes.filter(({ id, weight }) => id >= 100 && weight === 'unused').map(({ id }) => id)).toEqual([
      102, 103, 101,
    ]);
    const rows = await kit.db('events').where('id', '>=', 100).orderBy('id');
    for (const { created_at, updated_at } of rows)
      expect([created_at.getFullYear(), updated_at.getFullYear()]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(rows[1].deleted_at).toEqual(expect.any(Date));
    expect(Number.isNaN(rows[1].deleted_at.getTime())).toBe(false);
  });

  it.each(['events', 'webhooks'])(
    'a sequence of %s near the end of our ids is refused in a sentence',
    async (table) => {
      await kit.go.query(`select setval('${table}_id_seq', 2147483640)`);
      await expect(bring()).rejects.toThrow(`the sequence public.${table}_id_seq is at 2147483640`);
      expect(await kit.db('events').select('id')).toEqual([]);
    },
  );

  it('an id above the largest one of hukz is refused in a sentence', async () => {
    await kit.go.query(`insert into webhooks (id, url) values (9223372036854775807, 'https://example.com')`);
    await expect(bring()).rejects.toThrow('the largest one of hukz');
  });
});
