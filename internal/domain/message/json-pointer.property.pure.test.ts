import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { shortestMs } from '../../testkit/turns/shortest-ms.js';
import { isJson } from './json-bytes.js';
import { valueIn, valueInText } from './json-pointer.js';

/** Few names, so that pointers hit and members repeat; some need escapes, and one is no well-formed text. */
const NAMES = ['a', 'b', '', '0', '1', '01', 'é', '"', '\\', '/', '~', 'a~1', '__proto__', 'length', '😀', '\ud800'];
const name = fc.constantFrom(...NAMES);
const space = fc.constantFrom('', '', ' ', '\n\t', '\r ');

/** Writes a string with some characters as escapes. */
const written = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.infiniteStream(fc.boolean())).map(([value, escaped]) => {
    const units = Array.from({ length: value.length }, (_, at) => value.charCodeAt(at));
    const mustEscape = (unit: number) =>
      unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit < 0xe000);
    const parts = units.map((unit) =>
      mustEscape(unit) || escaped.next().value ? `\\u${unit.toString(16).padStart(4, '0')}` : String.fromCharCode(unit),
    );
    return `"${parts.join('')}"`;
  });

const long = fc
  .tuple(fc.constantFrom('x', 'é', '\\"', '\\\\', '\\n'), fc.integer({ min: 1000, max: 1100 }))
  .map(([piece, times]) => `"${piece.repeat(times)}"`);
const { value: text } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('1', '-0', '1e2', '9007199254740993', '1.50', 'true', 'false', 'null', '""', '{}', '[ ]'),
    written(fc.oneof(name, fc.string({ unit: 'binary' }))),
    long,
    fc
      .array(fc.tuple(space, written(name), space, space, tie('value'), space), { maxLength: 5 })
      .map((members) => `{${members.map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`).join(',')}}`),
    fc
      .array(fc.tuple(space, tie('value'), space), { maxLength: 4 })
      .map((members) => `[${members.map((each) => each.join('')).join(',')}]`),
  ),
}));
const pointer = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .map((names) => names.map((each) => `/${each.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));

describe('a value at a JSON pointer', () => {
  it('is the same in a text that is searched as in one that is parsed', () => {
    fc.assert(
      fc.property(space, text, space, pointer, (before, json, after, at) => {
        const whole = `${before}${json}${after}`;
        expect(valueInText(Buffer.from(whole), at)).toBe(valueIn(JSON.parse(whole), at));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['brackets', `{"a":{"b":${'['.repeat(450_000)}${']'.repeat(450_000)}}}`],
    ['empty objects', `{"a":{"b":[${'{},'.repeat(300_000)}1]}}`],
    ['names', `{${Array.from({ length: 80_000 }, (_, n) => `"n${n}":1`).join(',')}}`],
    ['names with escapes', `{${'"\\u0062":1,'.repeat(80_000)}"a":{"b":{}}}`],
  ])('is found in a megabyte of %s without a long turn', (_, json) => {
    const bytes = Buffer.from(json);
    expect(valueInText(bytes, '/a/b')).toBeUndefined();
    expect(shortestMs(() => void valueInText(bytes, '/a/b'))).toBeLessThan(20);
  });
});

it('a text is JSON when JSON.parse takes it, also with long strings and wherever it is cut or changed', () => {
  fc.assert(
    fc.property(text, fc.nat(), fc.constantFrom('', '"', '\\', '{', ']', ',', '\n', '\u0001', 'x'), (json, at, put) => {
      const cut = at % (json.length + 1);
      for (const changed of [json, json.slice(0, cut), json.slice(0, cut) + put + json.slice(cut + 1)]) {
        let isParsed = true;
        try {
          JSON.parse(changed);
        } catch {
          isParsed = false;
        }
        expect(isJson(Buffer.from(changed))).toBe(isParsed);
      }
    }),
    { numRuns: 2000 },
  );
});
