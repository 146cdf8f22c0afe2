import { describe, expect, it } from '@jest/globals';
import { makeTestWebhook } from '../../testkit/kits/test-webhook.js';
import { WantedPaths } from '../filter/values/wanted-paths.js';
import type { Header } from '../message/message.js';
import { matches } from './matches.js';
import { MessageHead } from './message-view.js';
import type { SpaceMapping } from './space-names.js';
import { SpaceKeys } from './space-names.js';

const SPACE = 7;
const webhook = makeTestWebhook(1, { eventIds: [1], spaceId: SPACE });
const within = { covering: [1], scope: { paths: new WantedPaths(), maxBytes: 1024 } };

function gets(subject: string, headers: readonly Header[], mapping?: SpaceMapping): boolean {
  const spaces = new SpaceKeys();
  spaces.change([
    { id: SPACE, key: 'acme', strict: { mapping } },
    { id: 8, key: 'other' },
    { id: 9, key: '7' },
  ]);
  return matches(webhook, new MessageHead(subject, headers, 0), { ...within, spaces });
}

describe('a webhook of a strict space', () => {
  it.each<readonly [string, string, readonly Header[], boolean]>([
    ['says no space', 'a.b', [], false],
    ['has its key in the subject only', 'a.acme', [], false],
    ['names it by number', 'a.b', [['Hukz-Space', '7']], true],
    ['names it by key', 'a.b', [['hukz-space', 'key:acme']], true],
    ['names another', 'a.b', [['Hukz-Space', '8']], false],
    ['names an unknown one', 'a.b', [['Hukz-Space', 'key:nobody']], false],
    ['names the webhook alone', 'a.b', [['Hukz-Webhook', '1']], false],
    ['has a malformed header', 'a.b', [['Hukz-Space', 'acme']], false],
  ])('whose messages have a header: a message that %s', (_, subject, headers, isGiven) => {
    expect(gets(subject, headers)).toBe(isGiven);
  });

  it.each<readonly [string, string, readonly Header[], boolean]>([
    ['has its key there', 'a.acme.b', [], true],
    ['has its number there', 'a.7.b', [], true],
    ['has its key as its last token', 'a.acme', [], true],
    ['has another key there', 'a.other.b', [], false],
    ['has its key elsewhere', 'acme.a.b', [], false],
    ['has no such token', 'acme', [], false],
    ['has its number with zeros', 'a.007.b', [], false],
    ['has its key in capitals', 'a.Acme.b', [], false],
    ['names it in a header only', 'a.other.b', [['Hukz-Space', '7']], false],
    ['names it in a header, with a token of no space', 'a.b.c', [['Hukz-Space', 'key:acme']], false],
    ['has its key there, and names another in a header', 'a.acme.b', [['Hukz-Space', '8']], false],
    ['has its key there, and names it in a header', 'a.acme.b', [['Hukz-Space', '7']], true],
  ])('whose messages have a token of the subject: a message that %s', (_, subject, headers, isGiven) => {
    expect(gets(subject, headers, { token: 2 })).toBe(isGiven);
  });

  it.each<readonly [string, readonly Header[], boolean]>([
    ['has its key there', [['Tenant', 'acme']], true],
    ['has its number there, in a header of other case', [['tenant', '7']], true],
    ['has its key with a prefix', [['Tenant', 'key:acme']], true],
    ['has it twice', [['Tenant', 'acme'], ['Tenant', 'acme']], true], // biome-ignore format: a row
    ['has two different ones', [['Tenant', 'acme'], ['Tenant', 'other']], false], // biome-ignore format: a row
    ['has another', [['Tenant', 'other']], false],
    ['has an empty one', [['Tenant', '']], false],
    ['lacks the header', [], false],
    ['lacks the header, and names it', [['Hukz-Space', '7']], true],
    ['has another, and names it', [['Tenant', 'other'], ['Hukz-Space', '7']], false], // biome-ignore format: a row
    ['has its key, and names another', [['Tenant', 'acme'], ['Hukz-Space', '8']], false], // biome-ignore format: a row
  ])('whose messages have a header of their own: a message that %s', (_, headers, isGiven) => {
    expect(gets('a.b', headers, { header: 'Tenant' })).toBe(isGiven);
  });

  it('gets no message by the key of another space that consists of digits', () => {
    const spaces = new SpaceKeys();
    spaces.change([{ id: 9, key: '7', strict: { mapping: { token: 2 } } }]);
    const other = makeTestWebhook(2, { eventIds: [1], spaceId: 9 });
    const isGiven = (subject: string) => matches(other, new MessageHead(subject, [], 0), { ...within, spaces });
    expect([isGiven('a.7'), isGiven('a.9')]).toEqual([false, true]);
  });
});
