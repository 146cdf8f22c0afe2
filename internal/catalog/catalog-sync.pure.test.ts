import { expect, it } from '@jest/globals';
import { Catalog } from '../domain/matching/catalog.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeTestWebhook } from '../testkit/kits/test-webhook.js';
import { makeTestHead } from '../testkit/test-head.js';
import { makeCatalogSync } from './catalog-sync.js';

const NOTHING = { events: [], deletedEventIds: [], webhooks: [], deletedWebhookIds: [], spaces: [] };

it('a first load that is cut off leaves nothing behind that was deleted before the second one', async () => {
  const catalog = new Catalog();
  const event = { id: 1, subject: 'a.b' };
  let loads = 0;
  const sync = makeCatalogSync({
    catalog,
    loadStamp: async () => 'five',
    async loadChanges({ version }, onPart) {
      expect(version).toBe(0);
      loads++;
      if (loads === 1) {
        const events = [event, { id: 2, subject: 'a.c' }];
        onPart({ ...NOTHING, version: 0, events, webhooks: [makeTestWebhook(1)] }, 'begun');
        throw new Error('the connection went away');
      }
      onPart({ ...NOTHING, version: 5, stamp: 'five', events: [event] }, 'begun');
      return 'begun';
    },
    listen: () => ({ stop: async () => undefined }),
    logger: makeTestLogger(),
  });
  await expect(sync.reload()).rejects.toThrow('went away');
  expect(catalog.size).toEqual({ events: 0, webhooks: 0 });
  await sync.reload();
  expect(catalog.size).toEqual({ events: 1, webhooks: 0 });
  expect(catalog.match(makeTestHead('a.c'))).toBeUndefined();
  expect(catalog.version).toBe(5);
});
