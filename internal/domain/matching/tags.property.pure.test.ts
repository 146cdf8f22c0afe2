import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import type { Header } from '../message/message.js';
import { RESOURCE_KEY } from '../resource-key.js';
import { parseRouting } from './routing.js';
import { carriesTag, parseTag, TAG_KEY, tagText } from './tags.js';

const key = fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/);
const value = fc.string({ unit: 'binary', maxLength: 256 });
const tag = fc.record({ key, value });
const anyCase = (name: string): fc.Arbitrary<string> => fc.mixedCase(fc.constant(name));

describe('a tag', () => {
  it('is read again from its canonical text, colons in its value included', () => {
    fc.assert(
      fc.property(tag, (one) => {
        expect(parseTag(tagText(one.key, one.value))).toEqual({ ok: true, value: one });
      }),
    );
  });

  it('has a text that no other tag has', () => {
    fc.assert(
      fc.property(tag, tag, (one, other) => {
        const same = one.key === other.key && one.value === other.value;
        expect(tagText(one.key, one.value) === tagText(other.key, other.value)).toBe(same);
      }),
    );
  });

  it('is read from exactly the texts with something before a colon', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-c:]{0,6}$/)), (text) => {
        const read = parseTag(text);
        expect(read.ok).toBe(/^[^:]+:/s.test(text));
        if (read.ok) expect(tagText(read.value.key, read.value.value)).toBe(text);
      }),
    );
  });

  it('is carried by exactly those that have it themselves', () => {
    const owner = fc.dictionary(key, value, { noNullPrototype: false });
    const names = fc.oneof(key, fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty'));
    fc.assert(
      fc.property(owner, fc.record({ key: names, value }), (tags, asked) => {
        const has = Object.entries(tags).some(([name, text]) => name === asked.key && text === asked.value);
        expect(carriesTag(tags, asked)).toBe(has);
        for (const [name, text] of Object.entries(tags))
          expect(carriesTag(tags, { key: name, value: text })).toBe(true);
      }),
    );
  });

  it('has a key without white space, colons or control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (text) => {
        if (TAG_KEY.test(text)) expect(text).toMatch(/^[!-9;-~]{1,64}$/);
      }),
    );
  });
});

describe('routing headers', () => {
  const noise = fc.tuple(fc.string(), fc.string()).filter(([name]) => !name.toLowerCase().startsWith('hukz-'));

  it('give every tag in its order and the one space, among any others', () => {
    const named = fc.nat({ max: 10 ** 9 }).map((id) => ({ name: id, text: `${id}` }));
    const keyed = fc.stringMatching(RESOURCE_KEY).map((key) => ({ name: key, text: `key:${key}` }));
    const headers = fc
      .tuple(fc.array(tag, { maxLength: 4 }), fc.option(fc.oneof(named, keyed), { nil: undefined }))
      .chain((wanted) => {
        const [tags, space] = wanted;
        const lines = tags.map((one) => anyCase('Hukz-Tag').map((name): Header => [name, tagText(one.key, one.value)]));
        if (space !== undefined) lines.push(anyCase('Hukz-Space').map((name): Header => [name, space.text]));
        return fc.tuple(
          fc.constant({ tags, space: space?.name }),
          fc.tuple(...lines),
          fc.array(noise, { maxLength: 3 }),
        );
      });
    fc.assert(
      fc.property(headers, ([wanted, lines, others]) => {
        expect(parseRouting([...others, ...lines], 0)).toEqual({ ok: true, value: wanted });
        expect(parseRouting([...lines, ...others], 0)).toEqual({ ok: true, value: wanted });
      }),
    );
  });

  it('never widen a message: with a malformed one in any place it is refused', () => {
    const bad = fc.oneof(
      fc.stringMatching(/^[^:]*$/).map((text): Header => ['Hukz-Tag', text]),
      fc.string().map((text): Header => ['Hukz-Tag', `:${text}`]),
      fc
        .string()
        .filter((text) => !/^(?:[0-9]{1,15}|key:[a-z0-9][a-z0-9._/-]{0,126})$/.test(text))
        .map((text): Header => ['Hukz-Space', text]),
    );
    const good = fc.oneof(
      tag.map((one): Header => ['Hukz-Tag', tagText(one.key, one.value)]),
      fc.constant<Header>(['Hukz-Space', '7']),
      noise,
    );
    fc.assert(
      fc.property(fc.array(good, { maxLength: 4 }), bad, fc.array(good, { maxLength: 4 }), (before, wrong, after) => {
        expect(parseRouting([...before, wrong, ...after], 0).ok).toBe(false);
      }),
    );
  });
});
