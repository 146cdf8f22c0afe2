import { expect, it } from '@jest/globals';
import { parseRouting } from '../../domain/matching/routing.js';
import type { Header } from '../../domain/message/message.js';
import { makeSpaceDoor } from './space-door.js';

const IDS: Readonly<Record<string, number>> = { acme: 7, other: 8 };
const names = { idOf: (space: number | string) => (typeof space === 'number' ? space : IDS[space]) };
const door = makeSpaceDoor('acme', names);
const routed = (headers: readonly Header[]) => parseRouting(door(headers).headers, 0);

it('a message without headers gets the number of the space', () => {
  expect(door([])).toEqual({ headers: [['Hukz-Space', '7']], claimsOther: false });
});

it.each(['7', 'key:acme', '007'])('the own space, named "%s", is left as it is', (value) => {
  for (const name of ['Hukz-Space', 'hukz-space', 'HUKZ-SPACE'])
    expect(door([[name, value]])).toEqual({ headers: [['Hukz-Space', '7']], claimsOther: false });
});

it.each(['8', 'key:other', 'key:nobody', '', ' ', '7, 8', '7,7', '1e1', '-7', 'acme', 'key:', '7 '])(
  'the claim "%s" makes the routing invalid, wherever it is and whatever else the message says',
  (value) => {
    const own: Header = ['Hukz-Space', '7'];
    for (const headers of [
      [['Hukz-Space', value]],
      [['hukz-space', value], own],
      [own, ['HuKz-SpAcE', value]],
    ] as Header[][]) {
      expect(door(headers).claimsOther).toBe(true);
      expect(routed(headers).ok).toBe(false);
    }
  },
);

it('other headers keep their order and their values', () => {
  const headers: Header[] = [
    ['Hukz-Tag', 'a:b'],
    ['Hukz-Webhook', '17'],
    ['Tenant', 'other'],
  ];
  expect(door(headers).headers).toEqual([...headers, ['Hukz-Space', '7']]);
});

it('an id is remembered for the space alone, each time that it is there, and an empty one is none', () => {
  const ids = (values: readonly string[]) =>
    door(values.map((value): Header => ['nats-msg-id', value])).headers.slice(0, -1);
  expect(ids(['a'])).toEqual([['nats-msg-id', '7/a']]);
  expect(ids(['', 'a', 'a'])).toEqual([
    ['nats-msg-id', ''],
    ['nats-msg-id', '7/a'],
    ['nats-msg-id', '7/a'],
  ]);
});

it('a space whose key is gone is named by the key, so that it reaches nobody else', () => {
  const gone = makeSpaceDoor('gone', names);
  expect(gone([['Hukz-Space', 'key:gone']])).toEqual({ headers: [['Hukz-Space', 'key:gone']], claimsOther: false });
  expect(gone([['Hukz-Space', '7']]).claimsOther).toBe(true);
});

it('the number follows the key', () => {
  const ids: Record<string, number> = { acme: 7 };
  const moving = makeSpaceDoor('acme', { idOf: (space) => (typeof space === 'number' ? space : ids[space]) });
  ids.acme = 9;
  expect(moving([]).headers).toEqual([['Hukz-Space', '9']]);
});
