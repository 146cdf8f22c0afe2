import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { hasNoRetry } from '../message/headers/no-retry.js';
import { requestIdOf } from '../message/headers/request-id.js';
import type { Header } from '../message/message.js';
import { parseRouting } from './routing.js';

const anyCase = (name: string) => fc.mixedCase(fc.constant(name));
const noise = fc.tuple(fc.string(), fc.string()).filter(([name]) => !name.toLowerCase().startsWith('hukz-'));
const among = (line: fc.Arbitrary<Header>) =>
  fc
    .tuple(fc.array(noise, { maxLength: 3 }), line, fc.array(noise, { maxLength: 3 }))
    .map(([before, one, after]): Header[] => [...before, one, ...after]);

describe('the webhooks that a message names', () => {
  const id = fc.integer({ min: 1, max: 2 ** 31 - 1 });
  const space = fc.constantFrom('', ' ', '  ');
  const key = fc.stringMatching(/^[a-z0-9][a-z0-9._/-]{0,126}$/);
  const name = fc.oneof(
    id.map((one) => ({ name: one, text: `${one}` })),
    key.map((one) => ({ name: one, text: `key:${one}` })),
  );
  const written = fc
    .tuple(space, name, space)
    .map(([before, one, after]) => ({ ...one, text: before + one.text + after }));
  const list = fc.array(written, { minLength: 1, maxLength: 5 });

  it('are those of all lists, whatever the lists are split into', () => {
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 4 }), anyCase('Hukz-Webhook'), (lists, header) => {
        const headers = lists.map((ids): Header => [header, ids.map(({ text }) => text).join(',')]);
        const webhooks = new Set(lists.flat().map((one) => one.name));
        expect(parseRouting(headers, 0)).toEqual({ ok: true, value: { tags: [], webhooks } });
      }),
    );
  });

  it('are none if one of them is neither an id nor a key, wherever it stands', () => {
    const wrong = fc
      .string()
      .filter(
        (text) =>
          !text.split(',').every((part) => /^(?:[1-9]\d{0,14}|key:[a-z0-9][a-z0-9._/-]{0,126})$/.test(part.trim())),
      );
    fc.assert(
      fc.property(fc.array(id, { maxLength: 3 }), wrong, fc.array(id, { maxLength: 3 }), (before, text, after) => {
        expect(parseRouting([['Hukz-Webhook', [...before, text, ...after].join()]], 0).ok).toBe(false);
      }),
    );
  });
});

describe('a word of a publisher that is read again when the message is sent', () => {
  it('is an id of its own that a header of HTTP can carry, or the message fires nobody', () => {
    const line = fc.tuple(anyCase('Hukz-Request-Id'), fc.oneof(fc.string({ unit: 'binary' }), fc.string()));
    fc.assert(
      fc.property(among(line), (headers) => {
        const requestId = requestIdOf(headers);
        expect(parseRouting(headers, 0).ok).toBe(requestId !== undefined);
        if (requestId !== undefined) expect(requestId).toMatch(/^[!-~]([ -~]*[!-~])?$/);
      }),
    );
  });

  it('is a wish for no retry exactly if it is accepted', () => {
    const value = fc.oneof(fc.string(), fc.mixedCase(fc.constant('true')), fc.constantFrom('1', '0', 'false', 'yes'));
    fc.assert(
      fc.property(among(fc.tuple(anyCase('Hukz-No-Retry'), value)), (headers) => {
        expect(hasNoRetry(headers)).toBe(parseRouting(headers, 0).ok);
      }),
    );
  });
});
