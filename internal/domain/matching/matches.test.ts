import { describe, expect, it } from '@jest/globals';
import { makeTestWebhook } from '../../testkit/kits/test-webhook.js';
import { WantedPaths } from '../filter/values/wanted-paths.js';
import type { Header } from '../message/message.js';
import { matches } from './matches.js';
import { MessageHead } from './message-view.js';
import { SpaceKeys } from './space-names.js';

const webhook = makeTestWebhook(1, { eventIds: [3, 4], spaceId: 7, tags: { app: 'x', env: '' } });
const spaces = new SpaceKeys();
spaces.change([{ id: 7, key: 'acme' }]);
const scope = { paths: new WantedPaths(), maxBytes: 1024 };
const gets = (headers: readonly Header[], covering = [4]) =>
  matches(webhook, new MessageHead('a.b', headers, 0), { covering, spaces, scope });

describe('a webhook receives a message', () => {
  it.each([
    ['that is not narrowed', []],
    ['for its space', [['Hukz-Space', '7']]],
    ['for the key of its space', [['Hukz-Space', 'key:acme']]],
    [
      'for tags that it carries',
      [
        ['Hukz-Tag', 'app:x'],
        ['Hukz-Tag', 'env:'],
      ],
    ],
    ['that names it', [['Hukz-Webhook', '2, 1']]],
    [
      'that names it in one of two lists',
      [
        ['Hukz-Webhook', '2,3'],
        ['hukz-webhook', '1'],
      ],
    ],
  ] as const)('%s', (_, headers) => expect(gets(headers)).toBe(true));

  it.each([
    ['for another space', [['Hukz-Space', '8']]],
    ['for the key of no space', [['Hukz-Space', 'key:other']]],
    ['for a tag with another value', [['Hukz-Tag', 'app:y']]],
    ['for a tag that it lacks', [['Hukz-Tag', 'constructor:x']]],
    ['with malformed routing headers', [['Hukz-Tag', 'app']]],
    ['that names others', [['Hukz-Webhook', '2,11']]],
    [
      'that names it, for another space',
      [
        ['Hukz-Webhook', '1'],
        ['Hukz-Space', '8'],
      ],
    ],
    ['with a malformed word of another kind', [['Hukz-No-Retry', 'perhaps']]],
  ] as const)('but not one %s', (_, headers) => expect(gets(headers)).toBe(false));

  it('of its events only', () => {
    expect([gets([], [1, 3]), gets([], [1, 2]), gets([], [])]).toEqual([true, false, false]);
  });

  it('of each of its events, in whatever order they are listed', () => {
    const listed = [9, 2, 7, 4, 1, 8];
    const without = new MessageHead('a.b', [], 0);
    const found = listed.filter((id) =>
      matches({ ...webhook, eventIds: listed }, without, { covering: [id], spaces, scope }),
    );
    expect(found).toEqual(listed);
  });
});
