import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hoursAgo, type StoredDelivery, storeDelivery } from '../testkit/stored-delivery.js';
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

describe('the account over HTTP', () => {
  it('closes, and says so when it does not', async () => {
    await store({ place: 'dead_letters' });
    await store({ place: 'deliveries' });
    await store({ place: 'webhook_logs' });
    const { body } = await api.send('GET', `/accounting?webhook_id=${webhookId}&since=${hoursAgo(2)}`).expect(200);
    expect(body).toMatchObject({
      webhook_id: webhookId,
      accepted: 3,
      delivered: 1,
      pending: 1,
      held: 0,
      dead: 1,
      cancelled: 0,
      lost: 0,
      unknown: 0,
      closes: true,
    });
    await api.db('deliveries').delete();
    const { body: open } = await api.send('GET', '/accounting').expect(200);
    expect(open).toMatchObject({ webhook_id: null, accepted: 3, pending: 0, lost: 1, closes: false });
  });
});
