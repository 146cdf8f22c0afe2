import { describe, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useAppKit();

/** Publishes with these headers, and returns hukz's receipt. */
const publish = async (subject: string, words: Readonly<Record<string, string | readonly string[]>>) => {
  const headers = natsHeaders();
  for (const [name, values] of Object.entries(words)) for (const value of [values].flat()) headers.append(name, value);
  const message = await requestReceipt(kit.nats, { subject, payload: '{"n":1}' }, { headers });
  return JSON.parse(message.string()) as { message_id: string; webhooks: number; error?: string };
};
const deadLetterOf = async (webhookId: number) => {
  const read = async () => (await kit.hukz.api.get(`/dead-letters?webhook_id=${webhookId}`)).body.nodes;
  await eventually(async () => (await read()).length === 1, { what: 'a dead letter' });
  return (await read())[0];
};

describe('Hukz-Webhook', () => {
  it('limits a message to webhooks that get it anyway, and a missing id is no fault', async () => {
    const eventId = await kit.hukz.api.event('named.one');
    const hook = (path: string, more = {}) => kit.hukz.api.webhook(kit.receiver.url + path, [eventId], more);
    const [a, b, c] = [await hook('/a'), await hook('/b'), await hook('/c', { space_id: 7 })];
    expect(await publish('named.one', { 'Hukz-Webhook': `${b}` })).toMatchObject({ webhooks: 1 });
    expect(await publish('named.one', { 'Hukz-Webhook': [`${a}, 99999`, `${c}`] })).toMatchObject({ webhooks: 2 });
    expect(await publish('named.one', { 'Hukz-Webhook': `${a}`, 'Hukz-Space': '7' })).toMatchObject({ webhooks: 0 });
    const paths = (await kit.receiver.waitFor(3)).map(({ url }) => url);
    expect(paths.sort()).toEqual(['/a', '/b', '/c']);
  });

  it('stores a message with a malformed list for nobody, and says so', async () => {
    await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('named.wrong')]);
    expect(await publish('named.wrong', { 'Hukz-Webhook': '1;2' })).toEqual({
      message_id: expect.any(String),
      webhooks: 0,
      error: 'Hukz-Webhook: "1;2" is not the id of a webhook, such as 17, or its key, such as key:shop/orders',
    });
  });

  it('holds for a replay of what another webhook missed', async () => {
    const eventId = await kit.hukz.api.event('named.later');
    const first = await kit.hukz.api.webhook(`${kit.receiver.url}/first`, [eventId]);
    await publish('named.later', { 'Hukz-Webhook': `${first}` });
    await publish('named.later', {});
    const later = await kit.hukz.api.webhook(`${kit.receiver.url}/later`, [eventId]);
    const replay = { since: new Date(Date.now() - 60_000).toISOString(), outcome: 'missing', dry_run: true };
    const { body } = await kit.hukz.api.post(`/webhooks/${later}/replay`, replay);
    expect(body).toEqual({ dry_run: true, total: 1 });
  });
});

describe('Hukz-No-Retry', () => {
  it('makes a failure final, in words, and a retry by hand has one attempt again', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('only.once')]);
    kit.receiver.behave({ status: 503 });
    await publish('only.once', { 'Hukz-No-Retry': '1' });
    const letter = await deadLetterOf(id);
    expect(letter).toMatchObject({ because: 'no_retry', attempts: 1 });
    // The claim of a retry reads the headers from the journal.
    expect((await kit.hukz.api.post(`/deliveries/${letter.id}/retry`)).status).toBe(202);
    await eventually(async () => (await deadLetterOf(id)).attempts === 2, { what: 'a second attempt' });
    const logs = await kit.hukz.api.logs(`webhook_id=${id}`);
    const error = 'answered 503; its message asks for no retry (Hukz-No-Retry)';
    expect(logs).toMatchObject([
      { outcome: 'dead', error, next_attempt_at: null },
      { outcome: 'dead', error, next_attempt_at: null },
    ]);
    expect(kit.receiver.requests).toHaveLength(2);
  });
});

describe('Hukz-Request-Id', () => {
  it('is the same at every receiver, in the header that WebhooksEmitter has for it too; the message has its own', async () => {
    const eventId = await kit.hukz.api.event('with.id');
    const signature = { scheme: 'webhooks-emitter', prefix: 'Acme' };
    await kit.hukz.api.webhook(`${kit.receiver.url}/plain`, [eventId], { format: 'raw' });
    await kit.hukz.api.webhook(`${kit.receiver.url}/emitter`, [eventId], { signature });
    const { message_id: messageId } = await publish('with.id', { 'Hukz-Request-Id': 'order-4711' });
    const requests = await kit.receiver.waitFor(2);
    for (const { headers } of requests)
      expect(headers).toMatchObject({ 'hukz-request-id': 'order-4711', 'hukz-message': messageId });
    const emitter = requests.find(({ url }) => url === '/emitter');
    expect(emitter?.headers['x-acme-delivery']).toBe('order-4711');
    expect(emitter?.headers['webhook-id']).not.toBe('order-4711');
  });
});
