import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { orderKeyOf } from '../domain/delivery/order-key.js';
import { MessageView } from '../domain/matching/message-view.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { makeTestWebhook } from '../testkit/kits/test-webhook.js';
import { storeDelivery } from '../testkit/stored-delivery.js';

const KEY = '11111111-1111-1111-1111-111111111111';
const ORDERED = { by: 'key', header: 'Order-Id' } as const;
const woken: unknown[] = [];
let api: TestApi;

beforeAll(async () => {
  api = await makeTestApi({ advanceKey: (...key) => void woken.push(key) });
});
afterAll(() => api.stop());

it('a key that is released goes on at once, and while its webhook is paused it shows no time that is not kept', async () => {
  const body = { url: 'https://example.com/hook', event_ids: [], ordering: 'webhook' };
  const { id } = (await api.send('POST', '/webhooks', body).expect(201)).body;
  await storeDelivery(api.db, { place: 'deliveries', webhookId: id });
  await api.db('deliveries').update({ order_key: KEY, order_no: 1, attempts: 1 });
  const keys = async () => (await api.send('GET', `/webhooks/${id}/keys`).expect(200)).body.nodes;
  expect(await keys()).toMatchObject([{ order_key: KEY, due_at: expect.any(String) }]);
  await api.db('webhooks').update({ paused_at: new Date() });
  expect(await keys()).toMatchObject([{ order_key: KEY, due_at: null }]);
  await api.send('POST', `/webhooks/${id}/keys/${KEY}/release`).expect(200);
  expect(woken).toEqual([[id, KEY]]);
  await api.send('POST', `/webhooks/${id}/keys/${KEY}/release`).expect(404);
  expect(woken).toHaveLength(1);
});

it.each([
  [{ header: 'Order-Id' }, 'order 7/é', 'another'],
  ['webhook', '', 'order 7'],
])('a key of the ordering %j is released by its value %j', async (ordering, value, other) => {
  const body = { url: 'https://example.com/hook', event_ids: [], ordering };
  const { id } = (await api.send('POST', '/webhooks', body).expect(201)).body;
  const webhook = makeTestWebhook(id, { settings: { ordering: value === '' ? { by: 'webhook' } : ORDERED } });
  const headers = [['Order-Id', value]] as const;
  const orderKey = orderKeyOf(webhook, new MessageView('a.b', headers, Buffer.from('{}'), 0)) ?? '';
  const { id: deliveryId } = await storeDelivery(api.db, { place: 'deliveries', webhookId: id });
  await api.db('deliveries').where({ id: deliveryId }).update({ order_key: orderKey, order_no: 1, attempts: 1 });
  const release = (text: string) => api.send('POST', `/webhooks/${id}/keys/release?value=${encodeURIComponent(text)}`);
  await release(other).expect(404);
  await api.send('POST', `/webhooks/${id}/keys/release`).expect(422);
  await api.send('POST', '/webhooks/2147483647/keys/release?value=x').expect(404);
  await release(value).expect(200);
  expect(woken.at(-1)).toEqual([id, orderKey]);
  expect(await api.db('dead_letters').where({ id: deliveryId })).toMatchObject([{ because: 'released' }]);
});
