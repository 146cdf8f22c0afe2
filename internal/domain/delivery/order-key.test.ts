import { describe, expect, it } from '@jest/globals';
import { makeTestWebhook } from '../../testkit/kits/test-webhook.js';
import { MessageView } from '../matching/message-view.js';
import type { Ordering } from '../matching/webhook-settings.js';
import type { Header } from '../message/message.js';
import { orderKeyOf, orderValue } from './order-key.js';

const message = (payload: string, headers: readonly Header[] = []) =>
  new MessageView('a', headers, Buffer.from(payload), 0);
const keyOf = (ordering: Ordering | undefined, payload = '{}', id = 1) =>
  orderKeyOf(makeTestWebhook(id, { settings: ordering ? { ordering } : {} }), message(payload));

describe('the key by which deliveries wait for each other', () => {
  it('is one for all of a webhook that is ordered as a whole, and another for each webhook', () => {
    expect(keyOf({ by: 'webhook' }, '1')).toBe(keyOf({ by: 'webhook' }, '2'));
    expect(keyOf({ by: 'webhook' }, '1', 2)).not.toBe(keyOf({ by: 'webhook' }, '1'));
    expect(keyOf({ by: 'webhook' })).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(keyOf(undefined)).toBeUndefined();
  });

  it.each([
    ['/order/id', '{"order":{"id":"x"}}', 'x'],
    ['/order/id', '{"order":{"id":7}}', '7'],
    ['/order/id', '{"order":{"id":false}}', 'false'],
    ['/a~1b/~0', '{"a/b":{"~":"tilde"}}', 'tilde'],
    ['/1', '["a","b"]', 'b'],
    ['/order/id', '{"order":{"id":null}}', undefined],
    ['/order/id', '{"order":{"id":{}}}', undefined],
    ['/order/id', '{"order":"id"}', undefined],
    ['/toString', '{}', undefined],
    ['/__proto__', '{}', undefined],
    ['/order', 'not json', undefined],
    ['/order', '', undefined],
  ])('at %s of %s is %p', (pointer, payload, value) => {
    expect(orderValue({ by: 'key', pointer }, message(payload))).toBe(value);
  });

  it('in a header is found whatever its case, the first of several', () => {
    const headers = [
      ['ORDER-ID', 'a'],
      ['order-id', 'b'],
    ] as const;
    expect(orderValue({ by: 'key', header: 'Order-Id' }, message('', headers))).toBe('a');
    expect(orderValue({ by: 'key', header: 'Other' }, message('', headers))).toBeUndefined();
  });
});
