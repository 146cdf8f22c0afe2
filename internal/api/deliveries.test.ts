import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { useDeliveryKit } from '../testkit/kits/use-delivery-kit.js';

const kit = useDeliveryKit();

describe('a delivery', () => {
  it('shows its message byte for byte, its webhook and every attempt', async () => {
    const { id, messageId, at } = await kit.store({ place: 'dead_letters' });
    const { text, body } = await kit.api.send('GET', `/deliveries/${id}`).expect(200);
    expect(text).toContain('"payload":{"n":12345678901234567890}}');
    expect(body).toMatchObject({
      id,
      state: 'dead',
      because: 'exhausted',
      due_at: null,
      webhook: { id: kit.webhookId, url: 'http://example.com' },
      message: { id: messageId, received_at: at, subject: 'tag.created', data: { event: 'tag.created' } },
      attempts: [{ attempt: 1, outcome: 'dead', response_status_code: 500, response_body: 'no' }],
    });
    expect(body.attempts[0]).not.toHaveProperty('data');
  });

  it('shows its message as the webhook gets it', async () => {
    kit.webhookId = await kit.makeWebhook({ format: 'raw' });
    const { id } = await kit.store({ place: 'deliveries' });
    const { text } = await kit.api.send('GET', `/deliveries/${id}`).expect(200);
    expect(text).toContain('"data":{"n":12345678901234567890}}');
  });

  it('says what state it is in', async () => {
    const state = async (id: string) => (await kit.api.send('GET', `/deliveries/${id}`).expect(200)).body.state;
    const pending = await kit.store({ place: 'deliveries' });
    const delivered = await kit.store({ place: 'webhook_logs' });
    expect([await state(pending.id), await state(delivered.id)]).toEqual(['pending', 'delivered']);
    await kit.api.db('deliveries').update({ due_at: 'infinity' });
    expect(await state(pending.id)).toBe('held');
    await kit.api.db('deliveries').delete();
    expect(await state(pending.id)).toBe('lost');
    await kit.api.db('webhook_logs').update({ outcome: 'cancelled' });
    expect(await state(delivered.id)).toBe('cancelled');
  });

  it.each([
    ['is paused', { paused_at: new Date() }],
    ['is disabled', { enabled: false }],
    ['waits behind an open circuit', { circuit_opened_at: new Date() }],
  ])('is held while its webhook %s, and shows no time that would not be kept', async (_name, rest) => {
    const { id } = await kit.store({ place: 'deliveries' });
    const inAnHour = new Date(Date.now() + 3_600_000);
    await kit.api.db('webhook_logs').where({ delivery_id: id }).update({ next_attempt_at: inAnHour });
    const shown = async () => {
      const { state, due_at, attempts } = (await kit.api.send('GET', `/deliveries/${id}`).expect(200)).body;
      const { nodes } = (await kit.api.send('GET', '/webhooks/logs').expect(200)).body;
      return [state, due_at, attempts[0].next_attempt_at, nodes[0].next_attempt_at];
    };
    const at = inAnHour.toISOString();
    expect(await shown()).toEqual(['pending', expect.any(String), at, at]);
    await kit.api.db('webhooks').where({ id: kit.webhookId }).update(rest);
    expect(await shown()).toEqual(['pending', null, null, null]);
    await kit.api.db('deliveries').update({ due_at: kit.api.db.fn.now() });
    const past = new Date(Date.now() - 1000);
    await kit.api.db('webhook_logs').where({ delivery_id: id }).update({ next_attempt_at: past });
    expect(await shown()).toEqual(['held', null, past.toISOString(), past.toISOString()]);
  });

  it('is visible only to the user who created the webhook, and stays when that is deleted', async () => {
    const { id } = await kit.store({ place: 'dead_letters' });
    await kit.api.send('GET', `/deliveries/${id}`, undefined, '2').expect(404);
    await kit.api.send('POST', `/deliveries/${id}/retry`, undefined, '2').expect(404);
    await kit.api.send('DELETE', `/webhooks/${kit.webhookId}`).expect(200);
    const { body } = await kit.api.send('GET', `/deliveries/${id}`).expect(200);
    expect(body.webhook.deleted_at).not.toBeNull();
  });
});

describe('retrying a delivery', () => {
  const retry = (id: string) => kit.api.send('POST', `/deliveries/${id}/retry`);
  const row = async (id: string) =>
    kit.api.db('deliveries').where({ id }).first('*', kit.api.db.raw('due_at <= now() as due'));

  it('makes a dead letter pending', async () => {
    const { id } = await kit.store({ place: 'dead_letters' });
    const { body } = await retry(id).expect(202);
    expect(body).toMatchObject({ id, state: 'pending', because: null });
    expect(await row(id)).toMatchObject({ due: true, replay: true, attempts: 1, failures: 0, owner: null });
    expect(await kit.api.counts()).toMatchObject({ dead_letters: 0, deliveries: 1 });
  });

  it('makes what waits due now, and sends what was delivered again', async () => {
    const [waiting, delivered] = [await kit.store({ place: 'deliveries' }), await kit.store({ place: 'webhook_logs' })];
    await retry(waiting.id).expect(202);
    await retry(delivered.id).expect(202);
    expect(await row(waiting.id)).toMatchObject({ due: true, replay: true });
    expect(await row(delivered.id)).toMatchObject({ due: true, replay: true, attempts: 1 });
  });

  it.each([
    ['is paused', { paused_at: new Date() }],
    ['waits behind an open circuit', { circuit_opened_at: new Date() }],
  ])('that is held because its webhook %s says so', async (_name, rest) => {
    const [dead, waiting] = [await kit.store({ place: 'dead_letters' }), await kit.store({ place: 'deliveries' })];
    await kit.api.db('webhooks').where({ id: kit.webhookId }).update(rest);
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
    const { id } = await kit.store({ place: 'dead_letters' });
    await Promise.all([1, 2, 3].map(() => retry(id).expect(202)));
    expect(await kit.api.counts()).toMatchObject({ dead_letters: 0, deliveries: 1 });
  });

  it('is refused while it is being sent', async () => {
    const { id } = await kit.store({ place: 'deliveries' });
    await kit.api.db('deliveries').update({ owner: randomUUID() });
    const { body } = await retry(id).expect(409);
    expect(body.errors[0]).toMatchObject({ code: 409, message: expect.stringContaining('being sent') });
  });

  it('is refused, and changes nothing, when it cannot be sent', async () => {
    const { id, messageId } = await kit.store({ place: 'dead_letters' });
    const refusal = async () => (await retry(id).expect(409)).body.errors[0].message;
    await kit.api.send('PATCH', `/webhooks/${kit.webhookId}`, { enabled: false }).expect(200);
    expect(await refusal()).toContain('disabled');
    await kit.api.send('PATCH', `/webhooks/${kit.webhookId}`, { enabled: true }).expect(200);
    await kit.api.db('messages').where({ id: messageId }).delete();
    expect(await refusal()).toContain('deleted by retention');
    await kit.api.send('DELETE', `/webhooks/${kit.webhookId}`).expect(200);
    expect(await refusal()).toContain('deleted');
    expect(await kit.api.counts()).toMatchObject({ dead_letters: 1, deliveries: 0 });
  });
});
