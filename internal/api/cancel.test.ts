import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { useDeliveryKit } from '../testkit/kits/use-delivery-kit.js';
import { hoursAgo } from '../testkit/stored-delivery.js';

const kit = useDeliveryKit();
const post = (path: string, body?: object, user = '1') => kit.api.send('POST', `/deliveries/${path}`, body, user);
const many = async (place: 'deliveries' | 'dead_letters', count: number) => {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push((await kit.store({ place, at: hoursAgo(2 + n) })).id);
  return ids;
};

describe('cancelling a delivery', () => {
  it('ends it with an attempt that says so, and the account still closes', async () => {
    const { id } = await kit.store({ place: 'deliveries' });
    const { body } = await post(`${id}/cancel`).expect(200);
    expect(body).toMatchObject({ id, state: 'cancelled', due_at: null });
    expect(body.attempts.at(-1)).toMatchObject({ outcome: 'cancelled', error: 'cancelled by user 1' });
    const account = (await kit.api.send('GET', '/accounting').expect(200)).body;
    expect(account).toMatchObject({ accepted: 1, cancelled: 1, closes: true });
  });

  it('again changes nothing', async () => {
    const { id } = await kit.store({ place: 'deliveries' });
    const [first, second] = [await post(`${id}/cancel`).expect(200), await post(`${id}/cancel`).expect(200)];
    expect(second.body.attempts).toEqual(first.body.attempts);
  });

  it('does not prevent a retry', async () => {
    const { id } = await kit.store({ place: 'deliveries' });
    await post(`${id}/cancel`).expect(200);
    const { body } = await post(`${id}/retry`).expect(202);
    expect(body.state).toBe('pending');
  });

  it.each([
    ['while it is being sent', 'being sent', () => kit.api.db('deliveries').update({ owner: randomUUID() })],
    ['after it was delivered', 'has ended (delivered)', () => endAs('delivered')],
  ])('is refused %s', async (_name, words, change) => {
    const { id } = await kit.store({ place: 'deliveries' });
    await change();
    const { body } = await post(`${id}/cancel`).expect(409);
    expect(body.errors[0].message).toContain(words);
  });

  const endAs = async (outcome: string) => {
    await kit.api.db('deliveries').delete();
    await kit.api.db('webhook_logs').update({ outcome });
  };

  it('is refused to others, for an unknown id and for an invalid one', async () => {
    const { id } = await kit.store({ place: 'deliveries' });
    await post(`${id}/cancel`, undefined, '2').expect(404);
    await post(`${randomUUID()}/cancel`).expect(404);
    await post('abc/cancel').expect(400);
    expect(await kit.api.counts()).toMatchObject({ deliveries: 1 });
  });
});

describe('cancelling many deliveries', () => {
  it('by ids changes those of the user that are owed, each once', async () => {
    const [owed = '', owned = ''] = await many('deliveries', 2);
    await kit.api.db('deliveries').where({ id: owned }).update({ owner: randomUUID() });
    const { id: dead } = await kit.store({ place: 'dead_letters' });
    const theirs = await kit.store({ place: 'deliveries', webhookId: await kit.makeWebhook({}, '2'), userId: 2 });
    const ids = [owed, owed, owned, dead, theirs.id, randomUUID()];
    expect((await post('cancel', { ids, dry_run: true }).expect(200)).body).toEqual({
      dry_run: true,
      matched: 3,
      changed: 0,
      skipped: 0,
    });
    expect(await kit.api.counts()).toMatchObject({ deliveries: 3 });
    expect((await post('cancel', { ids }).expect(200)).body).toEqual({
      dry_run: false,
      matched: 3,
      changed: 1,
      skipped: 2,
    });
    expect((await kit.api.db('deliveries').pluck('id')).sort()).toEqual([owned, theirs.id].sort());
  });

  it('by a filter changes what its list has, and repeating it finds nothing more', async () => {
    await many('deliveries', 6);
    await kit.api.db('deliveries').update({ due_at: 'infinity' });
    const kept = await kit.store({ place: 'deliveries', webhookId: await kit.makeWebhook() });
    const filter = { state: 'held', webhook: kit.webhookId };
    expect((await post('cancel', { filter, dry_run: true }).expect(200)).body).toMatchObject({
      matched: 6,
      changed: 0,
    });
    expect((await post('cancel', { filter }).expect(200)).body).toMatchObject({ matched: 6, changed: 6, skipped: 0 });
    expect((await post('cancel', { filter }).expect(200)).body).toMatchObject({ matched: 0, changed: 0 });
    expect(await kit.api.db('deliveries').pluck('id')).toEqual([kept.id]);
  });

  it('of a backlog goes on in batches, and loses no delivery of the account', async () => {
    const { messageId } = await kit.store({ place: 'deliveries', at: hoursAgo(2) });
    const { db } = kit.api;
    await db.raw(
      `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
       select (substr(d.id::text, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid, message_id, received_at, webhook_id, 1, 'infinity'
       from deliveries d, generate_series(1, 1800) n`,
    );
    await db.raw(
      `update messages set delivery_ids = array(select id from deliveries),
      owed_to = array(select webhook_id from deliveries) where id = ?`,
      [messageId],
    );
    const { body } = await post('cancel', { filter: { state: 'held' } }).expect(200);
    expect(body).toEqual({ dry_run: false, matched: 1800, changed: 1800, skipped: 0 });
    const account = (await kit.api.send('GET', '/accounting').expect(200)).body;
    expect(account).toMatchObject({ accepted: 1801, cancelled: 1800, pending: 1, closes: true });
  });
});

describe('retrying many deliveries', () => {
  it('by a filter makes what was given up pending', async () => {
    const ids = await many('dead_letters', 4);
    const filter = { state: 'dead', since: hoursAgo(4.5) };
    expect((await post('retry', { filter, dry_run: true }).expect(200)).body).toMatchObject({ matched: 3, changed: 0 });
    expect((await post('retry', { filter }).expect(200)).body).toMatchObject({ matched: 3, changed: 3 });
    expect((await kit.api.db('deliveries').pluck('id')).sort()).toEqual(ids.slice(0, 3).sort());
  });

  it('by ids takes deliveries of several webhooks in several states', async () => {
    const other = await kit.makeWebhook();
    const stored = [
      await kit.store({ place: 'dead_letters' }),
      await kit.store({ place: 'webhook_logs' }),
      await kit.store({ place: 'webhook_logs', webhookId: other }),
      await kit.store({ place: 'deliveries' }),
    ];
    const ids = stored.map(({ id }) => id);
    expect((await post('retry', { ids }).expect(200)).body).toMatchObject({ matched: 4, changed: 4, skipped: 0 });
    expect((await kit.api.db('deliveries').pluck('id')).sort()).toEqual(ids.sort());
  });

  it('skips what cannot be sent: disabled and deleted webhooks, messages that are gone', async () => {
    const gone = await kit.store({ place: 'dead_letters' });
    await kit.api.db('messages').where({ id: gone.messageId }).delete();
    const disabled = await kit.makeWebhook({ enabled: false });
    await kit.store({ place: 'dead_letters', webhookId: disabled });
    expect((await post('retry', { filter: { state: 'dead' } }).expect(200)).body).toMatchObject({
      matched: 2,
      changed: 0,
      skipped: 2,
    });
    expect(await kit.api.counts()).toMatchObject({ dead_letters: 2, deliveries: 0 });
  });
});

describe('changing many deliveries is refused, and changes nothing, for', () => {
  const filter = { state: 'held' };
  it.each([
    ['no selection', {}, 'ids'],
    ['only a dry run', { dry_run: true }, 'ids'],
    ['no ids', { ids: [] }, 'ids'],
    ['an id that is none', { ids: ['abc'] }, 'ids'],
    ['too many ids', { ids: Array(501).fill(randomUUID()) }, 'ids'],
    ['ids and a filter', { ids: [randomUUID()], filter }, 'filter'],
    ['ids and a cursor', { ids: [randomUUID()], cursor: `1.${randomUUID()}.0` }, 'cursor'],
    ['a filter without a state', { filter: {} }, 'filter'],
    ['a filter of ended deliveries', { filter: { state: 'delivered' } }, 'filter'],
    ['a filter with an unknown field', { filter: { ...filter, url: 'x' } }, 'filter'],
    ['a filter of an empty time', { filter: { ...filter, since: '2026-01-02', until: '2026-01-01' } }, 'since'],
    ['a cursor that is none', { filter, cursor: 'abc' }, 'cursor'],
    ['a dry run that is none', { filter, dry_run: 'yes' }, 'dry_run'],
    ['an unknown field', { filter, all: true }, 'all'],
  ])('%s', async (_name, body, source) => {
    await kit.store({ place: 'deliveries' });
    await kit.api.db('deliveries').update({ due_at: 'infinity' });
    const { errors } = (await post('cancel', body).expect(422)).body;
    expect(errors[0]).toEqual({ code: 422, message: expect.any(String), source });
    expect(await kit.api.counts()).toMatchObject({ deliveries: 1 });
  });
});
