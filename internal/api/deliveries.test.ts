import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type StoredDelivery, storeDelivery } from '../testkit/stored-delivery.js';
import { makeTestApi, type TestApi } from '../testkit/test-api.js';

let api: TestApi;
let eventId: number;
let webhookId: number;

beforeAll(async () => {
  api = await makeTestApi();
  eventId = (await api.send('POST', '/events', { event: 'tag.created' })).body.id;
});
afterAll(() => api.stop());
beforeEach(async () => {
  await api.db.raw('truncate messages, deliveries, dead_letters, webhook_logs, replays');
  webhookId = await webhook();
});

const webhook = async (more: object = {}, user = '1') =>
  (await api.send('POST', '/webhooks', { url: 'http://example.com', event_ids: [eventId], ...more }, user)).body.id;
const store = (delivery: Pick<StoredDelivery, 'place'> & Partial<StoredDelivery>) =>
  storeDelivery(api.db, { webhookId, ...delivery });

describe('a delivery', () => {
  it('shows its message byte for byte, its webhook and every attempt', async () => {
    const { id, messageId, at } = await store({ place: 'dead_letters' });
    const { text, body } = await api.send('GET', `/deliveries/${id}`).expect(200);
    expect(text).toContain('"payload":{"n":12345678901234567890}}');
    expect(body).toMatchObject({
      id,
      state: 'dead',
      because: 'exhausted',
      due_at: null,
      webhook: { id: webhookId, url: 'http://example.com' },
      message: { id: messageId, received_at: at, subject: 'tag.created', data: { event: 'tag.created' } },
      attempts: [{ attempt: 1, outcome: 'dead', response_status_code: 500, response_body: 'no' }],
    });
    expect(body.attempts[0]).not.toHaveProperty('data');
  });

  it('shows its message as the webhook gets it', async () => {
    webhookId = await webhook({ format: 'raw' });
    const { id } = await store({ place: 'deliveries' });
    const { text } = await api.send('GET', `/deliveries/${id}`).expect(200);
    expect(text).toContain('"data":{"n":12345678901234567890}}');
  });

  it('says what state it is in', async () => {
    const state = async (id: string) => (await api.send('GET', `/deliveries/${id}`).expect(200)).body.state;
    const pending = await store({ place: 'deliveries' });
    const delivered = await store({ place: 'webhook_logs' });
    expect([await state(pending.id), await state(delivered.id)]).toEqual(['pending', 'delivered']);
    await api.db('deliveries').update({ due_at: 'infinity' });
    expect(await state(pending.id)).toBe('held');
    await api.db('deliveries').delete();
    expect(await state(pending.id)).toBe('lost');
    await api.db('webhook_logs').update({ outcome: 'cancelled' });
    expect(await state(delivered.id)).toBe('cancelled');
  });

  it.each([
    ['is paused', { paused_at: new Date() }],
    ['is disabled', { enabled: false }],
    ['waits behind an open circuit', { circuit_opened_at: new Date() }],
  ])('is held while its webhook %s, and shows no time that is not kept', async (_name, rest) => {
    const { id } = await store({ place: 'deliveries' });
    const inAnHour = new Date(Date.now() + 3_600_000);
    await api.db('webhook_logs').where({ delivery_id: id }).update({ next_attempt_at: inAnHour });
    const shown = async () => {
      const { state, due_at, attempts } = (await api.send('GET', `/deliveries/${id}`).expect(200)).body;
      const { nodes } = (await api.send('GET', '/webhooks/logs').expect(200)).body;
      return [state, due_at, attempts[0].next_attempt_at, nodes[0].next_attempt_at];
    };
    const at = inAnHour.toISOString();
    expect(await shown()).toEqual(['pending', expect.any(String), at, at]);
    await api.db('webhooks').where({ id: webhookId }).update(rest);
    expect(await shown()).toEqual(['pending', null, null, null]);
    await api.db('deliveries').update({ due_at: api.db.fn.now() });
    const past = new Date(Date.now() - 1000);
    await api.db('webhook_logs').where({ delivery_id: id }).update({ next_attempt_at: past });
    expect(await shown()).toEqual(['held', null, past.toISOString(), past.toISOString()]);
  });

  it('is nobody’s but the user’s who created the webhook, and stays when that is deleted', async () => {
    const { id } = await store({ place: 'dead_letters' });
    await api.send('GET', `/deliveries/${id}`, undefined, '2').expect(404);
    await api.send('POST', `/deliveries/${id}/retry`, undefined, '2').expect(404);
    await api.send('DELETE', `/webhooks/${webhookId}`).expect(200);
    const { body } = await api.send('GET', `/deliveries/${id}`).expect(200);
    expect(body.webhook.deleted_at).not.toBeNull();
  });
});

describe('retrying a delivery', () => {
  const retry = (id: string) => api.send('POST', `/deliveries/${id}/retry`);
  const row = async (id: string) => api.db('deliveries').where({ id }).first('*', api.db.raw('due_at <= now() as due'));

  it('makes a dead letter pending', async () => {
    const { id } = await store({ place: 'dead_letters' });
    const { body } = await retry(id).expect(202);
    expect(body).toMatchObject({ id, state: 'pending', because: null });
    expect(await row(id)).toMatchObject({ due: true, replay: true, attempts: 1, failures: 0, owner: null });
    expect(await api.counts()).toMatchObject({ dead_letters: 0, deliveries: 1 });
  });

  it('makes what waits due now, and sends what was delivered again', async () => {
    const [waiting, delivered] = [await store({ place: 'deliveries' }), await store({ place: 'webhook_logs' })];
    await retry(waiting.id).expect(202);
    await retry(delivered.id).expect(202);
    expect(await row(waiting.id)).toMatchObject({ due: true, replay: true });
    expect(await row(delivered.id)).toMatchObject({ due: true, replay: true, attempts: 1 });
  });

  it.each([
    ['is paused', { paused_at: new Date() }],
    ['waits behind an open circuit', { circuit_opened_at: new Date() }],
  ])('that is held because its webhook %s says so', async (_name, rest) => {
    const [dead, waiting] = [await store({ place: 'dead_letters' }), await store({ place: 'deliveries' })];
    await api.db('webhooks').where({ id: webhookId }).update(rest);
    for (const { id } of [dead, waiting]) {
      const { body } = await retry(id).expect(202);
      expect(body).toMatchObject({
        state: 'held',
        due_at: null,
        webhook: { [Object.keys(rest)[0] === 'paused_at' ? 'paused_at' : 'circuit']: expect.anything() },
      });
    }
  });

  it('at the same instant makes it pending once', async () => {
    const { id } = await store({ place: 'dead_letters' });
    await Promise.all([1, 2, 3].map(() => retry(id).expect(202)));
    expect(await api.counts()).toMatchObject({ dead_letters: 0, deliveries: 1 });
  });

  it('is refused while somebody sends it', async () => {
    const { id } = await store({ place: 'deliveries' });
    await api.db('deliveries').update({ owner: randomUUID() });
    const { body } = await retry(id).expect(409);
    expect(body.errors[0]).toMatchObject({ code: 409, message: expect.stringContaining('being sent') });
  });

  it('is refused, and changes nothing, when it cannot be sent', async () => {
    const { id, messageId } = await store({ place: 'dead_letters' });
    const refusal = async () => (await retry(id).expect(422)).body.errors[0].message;
    await api.send('PATCH', `/webhooks/${webhookId}`, { enabled: false }).expect(200);
    expect(await refusal()).toContain('disabled');
    await api.send('PATCH', `/webhooks/${webhookId}`, { enabled: true }).expect(200);
    await api.db('messages').where({ id: messageId }).delete();
    expect(await refusal()).toContain('no longer kept');
    await api.send('DELETE', `/webhooks/${webhookId}`).expect(200);
    expect(await refusal()).toContain('deleted');
    expect(await api.counts()).toMatchObject({ dead_letters: 1, deliveries: 0 });
  });
});
