import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { type StoredDelivery, storeDelivery } from '../stored-delivery.js';
import { makeTestApi, type TestApi } from './test-api.js';

/** The API on a database in which a test stores deliveries as the journal would. */
export class DeliveryKit {
  api!: TestApi;
  /** The webhook of the stored deliveries. */
  webhookId = 0;
  private eventId = 0;

  async open(): Promise<void> {
    this.api = await makeTestApi();
    this.eventId = (await this.api.send('POST', '/events', { event: 'tag.created' })).body.id;
  }

  async clear(): Promise<void> {
    await this.api.db.raw('truncate messages, deliveries, dead_letters, webhook_logs, replays');
    this.webhookId = await this.makeWebhook();
  }

  /** Creates another webhook of the event and returns its id. */
  async makeWebhook(more: object = {}, user = '1'): Promise<number> {
    const body = { url: 'http://example.com', event_ids: [this.eventId], ...more };
    return (await this.api.send('POST', '/webhooks', body, user)).body.id;
  }

  store(delivery: Pick<StoredDelivery, 'place'> & Partial<StoredDelivery>): ReturnType<typeof storeDelivery> {
    return storeDelivery(this.api.db, { webhookId: this.webhookId, ...delivery });
  }
}

/** Sets up the kit for all tests of a file; each begins with a new webhook and no delivery. */
export function useDeliveryKit(): DeliveryKit {
  const kit = new DeliveryKit();
  beforeAll(() => kit.open());
  beforeEach(() => kit.clear());
  afterAll(() => kit.api.stop());
  return kit;
}
