import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryKit } from '../testkit/kits/use-delivery-kit.js';
import { hoursAgo } from '../testkit/stored-delivery.js';

const kit = new DeliveryKit();
beforeAll(() => kit.open());
beforeEach(() => kit.clear());
afterAll(() => kit.api.stop());

const list = async (query = '') => (await kit.api.send('GET', `/messages?${query}`).expect(200)).body;
const idsOf = ({ nodes }: { nodes: readonly { id: string }[] }) => nodes.map(({ id }) => id);
const change = (id: string, row: object) => kit.api.db('messages').where({ id }).update(row);
const message = async (id: string) => (await kit.api.send('GET', `/messages/${id}`).expect(200)).body;

describe('the list of messages', () => {
  it('is walked by cursors, newest first', async () => {
    const stored: string[] = [];
    for (let n = 0; n < 6; n++)
      stored.unshift((await kit.store({ place: 'webhook_logs', at: hoursAgo(60 - 9 * n) })).messageId);
    for (const limit of [1, 4, 6, 100]) {
      const ids: string[] = [];
      let cursor = '';
      do {
        const page = await list(`limit=${limit}${cursor && `&cursor=${cursor}`}`);
        ids.push(...idsOf(page));
        cursor = page.next_cursor ?? '';
      } while (cursor);
      expect(ids).toEqual(stored);
    }
  });

  it('says subject, size and how many webhooks each was owed to', async () => {
    const { messageId, at } = await kit.store({ place: 'webhook_logs' });
    expect((await list()).nodes).toEqual([
      { id: messageId, received_at: at, event: 'tag.created', bytes: 26, webhooks: 1 },
    ]);
  });

  it('is narrowed by event, time, space and whether a webhook got them', async () => {
    const matched = await kit.store({ place: 'webhook_logs', at: hoursAgo(3) });
    const unmatched = await kit.store({ place: 'webhook_logs', at: hoursAgo(3), event: 'tag.deleted' });
    await change(unmatched.messageId, { owed_to: [], delivery_ids: [] });
    await kit.store({ place: 'webhook_logs', at: hoursAgo(9) });
    const inSpace = await kit.store({
      place: 'webhook_logs',
      at: hoursAgo(1),
      webhookId: await kit.makeWebhook({ space_id: 7 }),
    });
    const range = `since=${hoursAgo(4)}&until=${hoursAgo(2)}`;
    expect(idsOf(await list(`${range}&event=tag.created`))).toEqual([matched.messageId]);
    expect(idsOf(await list(`${range}&matched=true`))).toEqual([matched.messageId]);
    expect(idsOf(await list('matched=false'))).toEqual([unmatched.messageId]);
    expect(idsOf(await list('space=7'))).toEqual([inSpace.messageId]);
    expect(idsOf(await list('space=8'))).toEqual([]);
  });

  it.each([
    ['matched=maybe', 'matched'],
    ['matched=', 'matched'],
    ['space=-1', 'space'],
    ['event=', 'event'],
    ['cursor=abc', 'cursor'],
    [`cursor=1.${randomUUID()}.0`, 'cursor'],
    ['since=2026-01-02&until=2026-01-01', 'since'],
  ])('refuses %s', async (query, source) => {
    const { errors } = (await kit.api.send('GET', `/messages?${query}`).expect(422)).body;
    expect(errors).toEqual([{ code: 422, message: expect.any(String), source }]);
  });
});

describe('a message', () => {
  it('shows its headers, its payload byte for byte, and what became of it for each webhook', async () => {
    const { id, messageId, at } = await kit.store({ place: 'dead_letters' });
    const headers = [
      ['A', '1'],
      ['B', '2'],
      ['A', '3'],
    ];
    await change(messageId, { headers: Buffer.from(JSON.stringify(headers)) });
    const { text, body } = await kit.api.send('GET', `/messages/${messageId}`).expect(200);
    expect(text).toContain('"payload":{"n":12345678901234567890}');
    expect(body).toMatchObject({
      id: messageId,
      received_at: at,
      event: 'tag.created',
      headers: { A: ['1', '3'], B: ['2'] },
      bytes: 26,
      webhooks: [{ webhook_id: kit.webhookId, delivery_id: id, state: 'dead', attempts: 1, ended_at: at }],
    });
  });

  it.each([
    ['bytes that are no JSON', Buffer.from([0xff, 0x00])],
    ['an empty payload', Buffer.alloc(0)],
    ['bytes that are large', Buffer.alloc(1_000_001, 0xfe)],
  ])('shows %s as base64', async (_name, payload) => {
    const { messageId } = await kit.store({ place: 'webhook_logs' });
    await change(messageId, { payload });
    const body = await message(messageId);
    expect(body).not.toHaveProperty('payload');
    expect(digest(Buffer.from(body.payload_base64, 'base64'))).toBe(digest(payload));
  });

  it('shows JSON that is large as JSON', async () => {
    const { messageId } = await kit.store({ place: 'webhook_logs' });
    const payload = JSON.stringify('é'.repeat(700_000));
    await change(messageId, { payload: Buffer.from(payload) });
    const { text } = await kit.api.send('GET', `/messages/${messageId}`).expect(200);
    expect(text.includes(`"payload":${payload},"webhooks"`)).toBe(true);
  });

  it('that nothing matched has no webhooks', async () => {
    const { messageId } = await kit.store({ place: 'webhook_logs' });
    await change(messageId, { owed_to: [], delivery_ids: [] });
    expect((await message(messageId)).webhooks).toEqual([]);
  });

  it('shows all of many webhooks', async () => {
    const { id, messageId } = await kit.store({ place: 'webhook_logs' });
    const deliveryIds = [id, ...Array.from({ length: 250 }, () => randomUUID())];
    await change(messageId, { owed_to: Array(251).fill(kit.webhookId), delivery_ids: deliveryIds });
    const { webhooks } = await message(messageId);
    expect(webhooks.map(({ delivery_id }: { delivery_id: string }) => delivery_id)).toEqual(deliveryIds);
    expect(webhooks[0].state).toBe('delivered');
  });

  it('that is unknown is a 404, and an invalid id a 400', async () => {
    await kit.api.send('GET', `/messages/${randomUUID()}`).expect(404);
    await kit.api.send('GET', '/messages/ffffffff-ffff-ffff-ffff-ffffffffffff').expect(404);
    await kit.api.send('GET', '/messages/abc').expect(400);
    await kit.api.send('GET', `/messages/${randomUUID()}`, undefined, '').expect(401);
  });
});

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a log', () => {
  it('is found by its id, as the list shows it', async () => {
    await kit.store({ place: 'webhook_logs', at: hoursAgo(30) });
    await kit.store({ place: 'webhook_logs' });
    for (const node of (await kit.api.send('GET', '/webhooks/logs').expect(200)).body.nodes)
      expect((await kit.api.send('GET', `/webhooks/logs/${node.id}`).expect(200)).body).toEqual({
        ...node,
        request: null,
      });
  });

  it('of another user, or an unknown one, is a 404; an invalid id is a 400', async () => {
    await kit.store({ place: 'webhook_logs' });
    const { id } = (await kit.api.send('GET', '/webhooks/logs').expect(200)).body.nodes[0];
    await kit.api.send('GET', `/webhooks/logs/${id}`, undefined, '2').expect(404);
    await kit.api.send('GET', `/webhooks/logs/${id + 1000}`).expect(404);
    await kit.api.send('GET', '/webhooks/logs/9007199254740991').expect(404);
    for (const bad of ['abc', '0', '-1', '1e3', '9'.repeat(17)])
      await kit.api.send('GET', `/webhooks/logs/${bad}`).expect(400);
  });
});
