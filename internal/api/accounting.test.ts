import { describe, expect, it } from '@jest/globals';
import { useDeliveryKit } from '../testkit/kits/use-delivery-kit.js';
import { hoursAgo } from '../testkit/stored-delivery.js';

const kit = useDeliveryKit();

describe('the account over HTTP', () => {
  it('closes, and says so when it does not', async () => {
    await kit.store({ place: 'dead_letters' });
    await kit.store({ place: 'deliveries' });
    await kit.store({ place: 'webhook_logs' });
    const { body } = await kit.api
      .send('GET', `/accounting?webhook_id=${kit.webhookId}&since=${hoursAgo(2)}`)
      .expect(200);
    expect(body).toMatchObject({
      webhook_id: kit.webhookId,
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
    const ago = await kit.api.send('GET', `/accounting?since=2h&until=0s&webhook_id=${kit.webhookId}`).expect(200);
    expect(ago.body).toMatchObject({ accepted: 3, closes: true });
    expect(Date.parse(ago.body.until) - Date.parse(ago.body.since)).toBe(2 * 3_600_000);
    await kit.api.db('deliveries').delete();
    const { body: open } = await kit.api.send('GET', '/accounting').expect(200);
    expect(open).toMatchObject({ webhook_id: null, accepted: 3, pending: 0, lost: 1, closes: false });
  });
});
