import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { storeDelivery } from '../testkit/stored-delivery.js';

const KEY = '11111111-1111-1111-1111-111111111111';
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
