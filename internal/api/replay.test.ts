import { describe, expect, it } from '@jest/globals';
import { makeFiringRules } from '../domain/matching/firing-rules.js';
import { stepReplays } from '../store/replay/step.js';
import { useDeliveryKit } from '../testkit/kits/use-delivery-kit.js';
import { hoursAgo } from '../testkit/stored-delivery.js';

const kit = useDeliveryKit();
const RULES = makeFiringRules({ allowAll: false });

describe('a replay', () => {
  const replay = (body: object, user = '1') => kit.api.send('POST', `/webhooks/${kit.webhookId}/replay`, body, user);

  it('can be only counted, by outcome, time and subject', async () => {
    await kit.store({ place: 'dead_letters' });
    await kit.store({ place: 'dead_letters', at: hoursAgo(10), event: 'tag.deleted' });
    await kit.store({ place: 'deliveries' });
    await kit.api.db('deliveries').update({ failures: 1 });
    await kit.store({ place: 'webhook_logs' });
    const total = async (body: object) =>
      (await replay({ since: hoursAgo(48), dry_run: true, ...body }).expect(200)).body;
    expect(await total({})).toEqual({ dry_run: true, total: 2 });
    expect(await total({ since: hoursAgo(3) })).toMatchObject({ total: 1 });
    expect(await total({ until: hoursAgo(3) })).toMatchObject({ total: 1 });
    expect(await total({ since: '3h' })).toMatchObject({ total: 1 });
    // As far back as dead letters are kept, by the clock of the database.
    expect(await total({ since: '90d', until: '3h' })).toMatchObject({ total: 1 });
    expect(await total({ event: 'tag.deleted' })).toMatchObject({ total: 1 });
    expect(await total({ outcome: 'failed' })).toMatchObject({ total: 1 });
    expect(await total({ outcome: 'delivered' })).toMatchObject({ total: 1 });
    expect(await total({ outcome: 'cancelled' })).toMatchObject({ total: 0 });
    kit.webhookId = await kit.makeWebhook();
    expect(await total({ outcome: 'missing' })).toMatchObject({ total: 3 });
    expect(await kit.api.counts()).toMatchObject({ replays: 0, deliveries: 1 });
  });

  it('is a job that can be asked for, listed, and cancelled between two steps', async () => {
    for (let n = 0; n < 3; n++) await kit.store({ place: 'dead_letters' });
    const { body: made } = await replay({ since: hoursAgo(2) }, '5').expect(202);
    expect(made).toMatchObject({
      webhook_id: kit.webhookId,
      created_by_id: 5,
      outcome: 'dead',
      event: null,
      state: 'running',
      total: 3,
      done: 0,
      finished_at: null,
      error: null,
    });
    await stepReplays(kit.api.pool, { ratePerSecond: 1, maxWaiting: 10 }, RULES);
    expect((await kit.api.send('GET', `/replays/${made.id}`)).body).toMatchObject({ state: 'running', done: 1 });
    const { body: cancelled } = await kit.api.send('DELETE', `/replays/${made.id}`).expect(200);
    expect(cancelled).toMatchObject({ id: made.id, state: 'cancelled', done: 1, finished_at: expect.any(String) });
    await kit.api.db('replays').update({ next_at: kit.api.db.fn.now() });
    expect(await stepReplays(kit.api.pool, { ratePerSecond: 1, maxWaiting: 10 }, RULES)).toBeUndefined();
    expect((await kit.api.send('DELETE', `/replays/${made.id}`).expect(200)).body).toEqual(cancelled);
    expect((await kit.api.send('GET', `/webhooks/${kit.webhookId}/replays`)).body).toEqual({
      total: 1,
      nodes: [cancelled],
    });
    expect(await kit.api.counts()).toMatchObject({ dead_letters: 2, deliveries: 1 });
  });

  it('is refused for a disabled webhook, but may be counted', async () => {
    await kit.api.send('PATCH', `/webhooks/${kit.webhookId}`, { enabled: false });
    await replay({ since: hoursAgo(1) }).expect(409);
    await replay({ since: hoursAgo(1), dry_run: true }).expect(200);
  });
});
