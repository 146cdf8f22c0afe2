import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { useDeliveryKit } from '../testkit/kits/use-delivery-kit.js';
import { hoursAgo } from '../testkit/stored-delivery.js';

const kit = useDeliveryKit();

const list = async (query: string, user = '1') =>
  (await kit.api.send('GET', `/deliveries?${query}`, undefined, user).expect(200)).body;
const idsOf = ({ nodes }: { nodes: readonly { id: string }[] }) => nodes.map(({ id }) => id);

/** The ids of all pages, each page with at most `limit` nodes. */
async function walk(query: string, limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(`${query}&limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`);
    expect(page.nodes.length).toBeLessThanOrEqual(limit);
    ids.push(...idsOf(page));
    cursor = page.next_cursor;
  } while (cursor);
  return ids;
}

/** One delivery in each state, stored under its name; the oldest is first. */
async function storeEachState() {
  const { db } = kit.api;
  const pending = await kit.store({ place: 'deliveries', at: hoursAgo(9) });
  const held = await kit.store({ place: 'deliveries', at: hoursAgo(8) });
  await db('deliveries').where({ id: held.id }).update({ due_at: 'infinity' });
  const delivered = await kit.store({ place: 'webhook_logs', at: hoursAgo(7) });
  const dead = await kit.store({ place: 'dead_letters', at: hoursAgo(6) });
  const cancelled = await kit.store({ place: 'webhook_logs', at: hoursAgo(5) });
  await db('webhook_logs').where({ delivery_id: cancelled.id }).update({ outcome: 'cancelled' });
  const lost = await kit.store({ place: 'webhook_logs', at: hoursAgo(4) });
  await db('webhook_logs').where({ delivery_id: lost.id }).update({ outcome: 'failed' });
  return { pending, held, delivered, dead, cancelled, lost };
}

describe('the list of deliveries', () => {
  it('has the deliveries of each state, as the delivery itself says', async () => {
    const stored = Object.entries(await storeEachState());
    for (const [state, { id }] of stored) {
      const { nodes, next_cursor } = await list(`state=${state}`);
      expect([state, next_cursor, nodes]).toEqual([state, undefined, [expect.objectContaining({ id, state })]]);
      expect((await kit.api.send('GET', `/deliveries/${id}`).expect(200)).body.state).toBe(state);
    }
    const everything = await list('limit=100');
    expect(everything.nodes.map(({ state }: { state: string }) => state)).toEqual(
      stored.map(([state]) => state).reverse(),
    );
  });

  it('says of each delivery when it ended, how often it was tried and why it was given up', async () => {
    const { dead } = await storeEachState();
    const { nodes } = await list('state=dead');
    expect(nodes).toEqual([
      {
        id: dead.id,
        state: 'dead',
        webhook_id: kit.webhookId,
        message_id: dead.messageId,
        received_at: dead.at,
        event: 'tag.created',
        attempts: 1,
        due_at: null,
        because: 'exhausted',
        ended_at: dead.at,
      },
    ]);
  });

  it.each(['', 'state=pending', 'state=dead', 'state=delivered'])(
    'is walked by cursors, newest first: %s',
    async (query) => {
      const place = ({ 'state=pending': 'deliveries', 'state=dead': 'dead_letters' } as const)[query] ?? 'webhook_logs';
      const stored: string[] = [];
      for (let n = 0; n < 7; n++) stored.unshift((await kit.store({ place, at: hoursAgo(20 - n) })).id);
      for (const limit of [1, 2, 7, 100]) expect(await walk(query, limit)).toEqual(stored);
    },
  );

  it('is walked through one message with many webhooks', async () => {
    const { id, messageId } = await kit.store({ place: 'deliveries' });
    const others = Array.from({ length: 5 }, () => randomUUID());
    await kit.api
      .db('messages')
      .where({ id: messageId })
      .update({ owed_to: Array(6).fill(kit.webhookId), delivery_ids: [id, ...others] });
    for (const limit of [1, 2, 4]) expect(await walk('', limit)).toEqual([id, ...others].reverse());
  });

  it('is narrowed by webhook, event and time, in every state', async () => {
    const other = await kit.makeWebhook();
    for (const [state, place] of [
      ['', 'deliveries'],
      ['state=pending', 'deliveries'],
      ['state=dead', 'dead_letters'],
      ['state=delivered', 'webhook_logs'],
    ] as const) {
      await kit.api.db.raw('truncate messages, deliveries, dead_letters, webhook_logs');
      const mine = await kit.store({ place, at: hoursAgo(3), event: 'tag.created' });
      await kit.store({ place, at: hoursAgo(3), event: 'tag.deleted' });
      await kit.store({ place, at: hoursAgo(3), webhookId: other });
      await kit.store({ place, at: hoursAgo(5) });
      await kit.store({ place, at: hoursAgo(1) });
      const range = `since=${hoursAgo(4)}&until=${hoursAgo(2)}`;
      const found = await list(`${state}&webhook=${kit.webhookId}&event=tag.created&${range}`);
      expect([state, idsOf(found)]).toEqual([state, [mine.id]]);
    }
  });

  it('leaves out what other users’ webhooks are owed', async () => {
    const theirs = await kit.makeWebhook({}, '2');
    await kit.store({ place: 'deliveries', webhookId: theirs, userId: 2 });
    await kit.store({ place: 'dead_letters', webhookId: theirs, userId: 2 });
    await kit.store({ place: 'webhook_logs', webhookId: theirs, userId: 2 });
    for (const state of ['', 'state=pending', 'state=dead', 'state=delivered']) {
      expect(idsOf(await list(state))).toEqual([]);
      expect(idsOf(await list(state, '2')).length).toBe(state === '' ? 3 : 1);
    }
  });

  it('has a delivery that is sent again once, in its current state', async () => {
    const { id } = await kit.store({ place: 'webhook_logs' });
    await kit.api.send('POST', `/deliveries/${id}/retry`).expect(202);
    expect([idsOf(await list('state=delivered')), idsOf(await list('state=pending'))]).toEqual([[], [id]]);
  });

  it.each([
    ['is paused', { paused_at: new Date() }],
    ['is disabled', { enabled: false }],
    ['waits behind an open circuit', { circuit_opened_at: new Date() }],
  ])('says held of what is due while its webhook %s', async (_name, rest) => {
    const { id } = await kit.store({ place: 'deliveries' });
    await kit.api.db('deliveries').update({ due_at: kit.api.db.fn.now() });
    await kit.api.db('webhooks').where({ id: kit.webhookId }).update(rest);
    expect([idsOf(await list('state=held')), idsOf(await list('state=pending'))]).toEqual([[id], []]);
    expect((await list('')).nodes).toMatchObject([{ id, state: 'held', due_at: null }]);
  });
});

describe('the list of deliveries refuses', () => {
  it.each([
    ['state=sent', 'state'],
    ['state=', 'state'],
    ['state=dead&state=held', 'state'],
    ['webhook=abc', 'webhook'],
    ['webhook=0', 'webhook'],
    ['event=', 'event'],
    ['cursor=abc', 'cursor'],
    ['cursor=1.2', 'cursor'],
    [`cursor=${'1'.repeat(17)}.${randomUUID()}.0`, 'cursor'],
    ['since=yesterday', 'since'],
    ['since=2026-01-02&until=2026-01-01', 'since'],
    ['since=2026-01-01&until=2026-01-01', 'since'],
  ])('%s', async (query, source) => {
    const { body } = await kit.api.send('GET', `/deliveries?${query}`).expect(422);
    expect(body.errors).toEqual([{ code: 422, message: expect.any(String), source }]);
  });

  it('a caller without a user', async () => {
    await kit.api.send('GET', '/deliveries', undefined, '').expect(401);
  });
});
