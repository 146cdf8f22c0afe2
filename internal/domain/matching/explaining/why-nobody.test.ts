import { expect, it } from '@jest/globals';
import { makeTestWebhook } from '../../../testkit/kits/test-webhook.js';
import { parseFilter } from '../../filter/parsing/parse-filter.js';
import { Catalog, type CatalogWebhook } from '../catalog.js';
import { MessageView } from '../message-view.js';
import { whyNobody } from './why-nobody.js';

const parsed = parseFilter({ data: { a: 1 } });
const settings = parsed.ok ? { filter: parsed.value } : {};

function why(webhooks: readonly CatalogWebhook[], headers: readonly (readonly [string, string])[], subject = 'a.b') {
  const catalog = new Catalog();
  const events = [{ id: 1, subject: 'a.*' }];
  catalog.apply({ version: 1, events, deletedEventIds: [], webhooks, deletedWebhookIds: [], spaces: [] });
  return whyNobody(catalog, new MessageView(subject, headers, Buffer.from('{"a":2}'), 0));
}

const filtered = makeTestWebhook(1, { settings, tags: { team: 'a' } });
const plain = makeTestWebhook(2);

it.each([
  ['no event covers the subject', 'event', [plain], [], 'b'],
  ['its headers are malformed', 'routing', [plain], [['Hukz-Delay', 'soon']], 'a.b'],
  ['the event has no webhook', 'webhook', [], [], 'a.b'],
  ['its only webhook is disabled', 'webhook', [makeTestWebhook(3, { enabled: false })], [], 'a.b'],
  ['it names other webhooks', 'webhook', [plain], [['Hukz-Webhook', '99']], 'a.b'],
  ['its space has no webhook', 'space', [plain], [['Hukz-Space', '7']], 'a.b'],
  ['no webhook has its tag', 'tag', [plain], [['Hukz-Tag', 'team:b']], 'a.b'],
  [
    'no webhook has both of its tags',
    'tag',
    [filtered, makeTestWebhook(4, { tags: { tier: 'gold' } })],
    [
      ['Hukz-Tag', 'team:a'],
      ['Hukz-Tag', 'tier:gold'],
    ],
    'a.b',
  ],
  ['the filter of the webhook that it names withholds it', 'filter', [plain, filtered], [['Hukz-Webhook', '1']], 'a.b'],
  ['a filter withholds it', 'filter', [filtered], [['Hukz-Tag', 'team:a']], 'a.b'],
  ['a webhook gets it today', 'catalog', [filtered, plain], [], 'a.b'],
] as const)('a message reaches nobody because %s: %s', (_, because, webhooks, headers, subject) => {
  expect(why(webhooks, headers, subject)).toBe(because);
});
