import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stepReplays } from '../store/replay/step.js';
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

describe('a replay', () => {
  const replay = (body: object, user = '1') => api.send('POST', `/webhooks/${webhookId}/replay`, body, user);

  it('can be only counted, by outcome, time and subject', async () => {
    await store({ place: 'dead_letters' });
    await store({ place: 'dead_letters', at: hoursAgo(10), event: 'tag.deleted' });
    await store({ place: 'deliveries' });
    await api.db('deliveries').update({ failures: 1 });
    await store({ place: 'webhook_logs' });
    const total = async (body: object) =>
      (await replay({ since: hoursAgo(48), dry_run: true, ...body }).expect(200)).body;
    expect(await total({})).toEqual({ dry_run: true, total: 2 });
    expect(await total({ since: hoursAgo(3) })).toMatchObject({ total: 1 });
    expect(await total({ until: hoursAgo(3) })).toMatchObject({ total: 1 });
    expect(await total({ event: 'tag.deleted' })).toMatchObject({ total: 1 });
    expect(await total({ outcome: 'failed' })).toMatchObject({ total: 1 });
    expect(await total({ outcome: 'delivered' })).toMatchObject({ total: 1 });
    expect(await total({ outcome: 'cancelled' })).toMatchObject({ total: 0 });
    webhookId = await webhook();
    expect(await total({ outcome: 'missing' })).toMatchObject({ total: 3 });
    expect(await api.counts()).toMatchObject({ replays: 0, deliveries: 1 });
  });

  it('is a job that can be asked for, listed, and cancelled between two steps', async () => {
    for (let n = 0; n < 3; n++) await store({ place: 'dead_letters' });
    const { body: made } = await replay({ since: hoursAgo(2) }, '5').expect(202);
    expect(made).toMatchObject({
      webhook_id: webhookId,
      created_by_id: 5,
      outcome: 'dead',
      event: null,
      state: 'running',
      total: 3,
      done: 0,
      finished_at: null,
      error: null,
    });
    await stepReplays(api.pool, { ratePerSecond: 1, mostWaiting: 10 });
    expect((await api.send('GET', `/replays/${made.id}`)).body).toMatchObject({ state: 'running', done: 1 });
    const { body: cancelled } = await api.send('DELETE', `/replays/${made.id}`).expect(200);
    expect(cancelled).toMatchObject({ id: made.id, state: 'cancelled', done: 1, finished_at: expect.any(String) });
    await api.db('replays').update({ next_at: api.db.fn.now() });
    expect(await stepReplays(api.pool, { ratePerSecond: 1, mostWaiting: 10 })).toBeUndefined();
    expect((await api.send('DELETE', `/replays/${made.id}`).expect(200)).body).toEqual(cancelled);
    expect((await api.send('GET', `/webhooks/${webhookId}/replays`)).body).toEqual({ total: 1, nodes: [cancelled] });
    expect(await api.counts()).toMatchObject({ dead_letters: 2, deliveries: 1 });
  });

  it('is refused for a disabled webhook, but may be counted', async () => {
    await api.send('PATCH', `/webhooks/${webhookId}`, { enabled: false });
    await replay({ since: hoursAgo(1) }).expect(422);
    await replay({ since: hoursAgo(1), dry_run: true }).expect(200);
  });
});
