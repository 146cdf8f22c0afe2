import { describe, expect, it } from '@jest/globals';
import { useDeliveryKit } from '../testkit/kits/use-delivery-kit.js';
import { hoursAgo } from '../testkit/stored-delivery.js';

const kit = useDeliveryKit();

describe('dead letters', () => {
  const found = async (query = '', user = '1') => {
    const { body } = await kit.api.send('GET', `/dead-letters${query}`, undefined, user).expect(200);
    expect(body.total).toBeGreaterThanOrEqual(body.nodes.length);
    return body.nodes.map(({ id }: { id: string }) => id);
  };

  it('are listed newest first, with what they were', async () => {
    const older = await kit.store({ place: 'dead_letters', at: hoursAgo(2) });
    const newer = await kit.store({ place: 'dead_letters' });
    expect(await found()).toEqual([newer.id, older.id]);
    expect(await found('?limit=1&page=2')).toEqual([older.id]);
    const { body } = await kit.api.send('GET', '/dead-letters?limit=1');
    expect(body).toEqual({
      total: 2,
      next_cursor: expect.any(String),
      nodes: [
        {
          id: newer.id,
          died_at: newer.at,
          because: 'exhausted',
          attempts: 1,
          event: 'tag.created',
          message_id: newer.messageId,
          received_at: newer.at,
          webhook_id: kit.webhookId,
          space_id: 0,
        },
      ],
    });
  });

  it('are those of the user’s webhooks, narrowed by what they carry', async () => {
    const other = await kit.makeWebhook({ space_id: 7, tags: { app: 'x', team: 'one' } });
    const a = await kit.store({ place: 'dead_letters', event: 'tag.deleted' });
    const b = await kit.store({ place: 'dead_letters', webhookId: other, at: hoursAgo(5) });
    const c = await kit.store({ place: 'dead_letters', webhookId: await kit.makeWebhook({}, '2'), userId: 2 });
    expect([await found(), await found('', '2'), await found('', '3')]).toEqual([[a.id, b.id], [c.id], []]);
    expect(await found(`?webhook_id=${other}`)).toEqual([b.id]);
    expect(await found('?event=tag.deleted')).toEqual([a.id]);
    expect(await found('?space_id=7')).toEqual([b.id]);
    expect(await found('?tag=app:x&tag=team:one')).toEqual([b.id]);
    expect(await found('?tag=app:y')).toEqual([]);
    expect(await found(`?since=${hoursAgo(3)}`)).toEqual([a.id]);
    expect(await found(`?until=${hoursAgo(3)}`)).toEqual([b.id]);
    expect(await found('?since=3h')).toEqual([a.id]);
    expect(await found('?since=6h&until=180m')).toEqual([b.id]);
  });
});
