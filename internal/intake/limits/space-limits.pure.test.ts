import { beforeEach, describe, expect, it } from '@jest/globals';
import type { MessageLimits, OverLimit } from '../../domain/limits/message-limits.js';
import { MessageHead } from '../../domain/matching/message-view.js';
import { type CatalogSpace, SpaceKeys } from '../../domain/matching/space-names.js';
import type { Header } from '../../domain/message/message.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { OverLimits } from './over-limits.js';
import { SpaceLimits } from './space-limits.js';

let spaces: SpaceKeys;
let now: number;
let owed: Map<number, number>;
let noted: OverLimit[];
let limits: SpaceLimits;

beforeEach(() => {
  spaces = new SpaceKeys();
  now = 0;
  owed = new Map();
  noted = [];
  limits = new SpaceLimits({
    spaces: () => spaces,
    instances: () => 1,
    pendingOf: (id) => owed.get(id) ?? 0,
    onOver: (one) => void noted.push(one),
    now: () => now,
  });
});

const space = (id: number, limitsOfIt: MessageLimits | undefined, more: Partial<CatalogSpace> = {}) =>
  spaces.change([{ id, key: undefined, limits: limitsOfIt, ...more }]);
const message = (headers: readonly Header[] = [['Hukz-Space', '7']], subject = 'a.b') =>
  new MessageHead(subject, headers, 0);
const verdicts = (count: number, of = message()) =>
  Array.from({ length: count }, () => limits.admit(of, 10)?.limit ?? 'accepted');

describe('a message that can be refused', () => {
  it('is not judged while no space has a limit, and no longer when the last limit is removed', () => {
    expect(limits.isOn).toBe(false);
    space(7, { messageBytes: 1 });
    expect([limits.isOn, limits.admit(message(), 2)?.limit]).toEqual([true, 'message_bytes']);
    space(7, undefined);
    expect([limits.isOn, limits.admit(message(), 2)]).toEqual([false, undefined]);
  });

  it.each<[string, readonly Header[], string, number]>([
    ['the space by its number', [['Hukz-Space', '7']], 'a.b', 1],
    ['the space by its key', [['Hukz-Space', 'key:acme']], 'a.b', 1],
    ['no space', [], 'a.b', 3],
    ['another space', [['Hukz-Space', '8']], 'a.b', 3],
    ['no space that exists', [['Hukz-Space', 'key:nobody']], 'a.b', 3],
    [
      'the space, and another header is malformed',
      [
        ['Hukz-Space', '7'],
        ['Hukz-Tag', 'x'],
      ],
      'a.b',
      3,
    ],
  ])('counts for a space if it names %s', (_which, headers, subject, accepted) => {
    space(7, { messagesPerSecond: 1 }, { key: 'acme' });
    expect(verdicts(3, message(headers, subject)).filter((one) => one === 'accepted')).toHaveLength(accepted);
  });

  it('counts for a strict space by the part that names it, so that no publisher uses up the rate of another', () => {
    space(7, { messagesPerSecond: 1 }, { key: 'acme', strict: { mapping: { token: 2 } } });
    const forged = message([['Hukz-Space', '7']], 'orders.other.made');
    expect(verdicts(3, forged)).toEqual(Array(3).fill('accepted'));
    expect(verdicts(2, message([], 'orders.acme.made'))).toEqual(['accepted', 'messages_per_second']);
  });

  it('is refused by its size before it counts, and by what the space is owed', () => {
    space(7, { messagesPerSecond: 1, messageBytes: 10, pending: 5 });
    expect(limits.admit(message(), 11)).toEqual({ limit: 'message_bytes', spaceId: 7, max: 10, waitMs: undefined });
    owed.set(7, 5);
    expect(limits.admit(message(), 10)).toMatchObject({ limit: 'pending', max: 5, waitMs: expect.any(Number) });
    owed.set(7, 4);
    expect(verdicts(2)).toEqual(['accepted', 'messages_per_second']);
    expect(noted.map(({ limit }) => limit)).toEqual(['message_bytes', 'pending', 'messages_per_second']);
    now = 1000;
    expect(verdicts(1)).toEqual(['accepted']);
  });
});

describe('a message of a stream', () => {
  it('is delayed by the rate, each one longer, and never refused', () => {
    space(7, { messagesPerSecond: 2 });
    const waits = Array.from({ length: 5 }, () => limits.pace(message(), 1)?.waitMs ?? 0);
    expect(waits).toEqual([0, 0, 500, 1000, 1500]);
  });

  it('is accepted and noted if its space is owed too much, and set aside if it is too large', () => {
    space(7, { messageBytes: 10, pending: 5 });
    owed.set(7, 9);
    expect(limits.pace(message(), 10)).toBeUndefined();
    expect(limits.pace(message(), 11)).toMatchObject({ limit: 'message_bytes', waitMs: undefined });
    expect(noted.map(({ limit }) => limit)).toEqual(['pending', 'message_bytes']);
  });
});

it('a limit that is exceeded is logged when that begins and when it has ended, counted, and shown meanwhile', () => {
  const logger = makeTestLogger();
  const over = new OverLimits({ now: () => now, logger });
  const note = (spaceId = 7) => over.note({ limit: 'pending', spaceId, max: 5, waitMs: 1 });
  for (let n = 0; n < 100; n++) note();
  now = 59_000;
  over.look();
  expect(logger.lines.map(({ name, fields }) => [name, fields])).toEqual([
    ['space.over_limit', { space: 7, limit: 'pending', max: 5 }],
  ]);
  expect(over.degraded()).toEqual([
    { reason: 'space_over_limit', problem: expect.stringMatching(/space 7: 100 beyond limits.pending 5/) },
  ]);
  now = 60_000;
  over.look();
  expect(logger.lines.at(-1)).toMatchObject({ name: 'space.within_limit', fields: { space: 7, messages: 100 } });
  expect([over.degraded(), over.counts().get('pending')]).toEqual([[], 100]);
  for (let id = 0; id < 100; id++) note(id);
  expect(logger.lines.filter(({ name }) => name === 'space.over_limit')).toHaveLength(21);
});
