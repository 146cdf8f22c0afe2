import { describe, expect, it } from '@jest/globals';
import { fc } from '../../../internal/testkit/properties.js';
import { fromBase64, toBase64 } from './base64.js';
import { bytesAt, elementsAt } from './json-bytes.js';

const encode = (text: string) => new TextEncoder().encode(text);
const textAt = (json: string, path: readonly (string | number)[]) => {
  const bytes = bytesAt(encode(json), path);
  return bytes && new TextDecoder().decode(bytes);
};

describe('the bytes of a value in a JSON text', () => {
  it.each([
    ['{"id":9007199254740993}', ['id'], '9007199254740993'],
    [' { "a" : [ 1 , { "b" : 1.50 } ] } ', ['a', 1, 'b'], '1.50'],
    ['{"a":"]}\\"\\\\","b":{"a":true}}', ['b'], '{"a":true}'],
    ['{"a":1,"a":2}', ['a'], '2'],
    ['{"\\u0061":"\\u00e9"}', ['a'], '"\\u00e9"'],
    ['[[],{},null]', [2], 'null'],
    ['[]', [0], undefined],
    ['{}', ['a'], undefined],
    ['{"a":1}', ['a', 'b'], undefined],
    ['"text"', [0], undefined],
    [' 12 ', [], '12'],
  ] as const)('of %s at %j are %j', (json, path, expected) => {
    expect(textAt(json, path)).toBe(expected);
  });

  it('are those that JSON.parse reads, wherever the path leads', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(undefined, 1, '\t'),
        fc.infiniteStream(fc.nat()),
        (value, space, choice) => {
          const json = JSON.stringify(value, undefined, space);
          const path: (string | number)[] = [];
          let at: unknown = JSON.parse(json);
          while (typeof at === 'object' && at !== null && Object.keys(at).length > 0) {
            const names = Object.keys(at);
            const name = names[Number(choice.next().value) % names.length]!;
            path.push(Array.isArray(at) ? Number(name) : name);
            at = Reflect.get(at, name);
          }
          expect(JSON.parse(textAt(json, path)!)).toEqual(at);
        },
      ),
    );
  });
});

it('base64 is that of Node for any bytes, also for more than the arguments of one call', () => {
  const large = Uint8Array.from({ length: 200_001 }, (_, n) => (n * 7919) % 256);
  for (const bytes of [new Uint8Array(), Uint8Array.of(0xff, 0xfe), large]) {
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(Buffer.from(fromBase64(toBase64(bytes))).equals(bytes)).toBe(true);
  }
});

describe('the elements of an array in a JSON text', () => {
  it.each([
    [
      '{"nodes":[{"id":9007199254740993}, [1,2] ,"a]"],"total":3}',
      ['nodes'],
      ['{"id":9007199254740993}', '[1,2]', '"a]"'],
    ],
    ['[]', [], []],
    ['{"nodes":{"a":1}}', ['nodes'], []],
    ['{}', ['nodes'], []],
  ] as const)('of %s at %j', (json, path, expected) => {
    const elements = [...elementsAt(encode(json), path)];
    expect(elements.map((element) => new TextDecoder().decode(element))).toEqual(expected);
  });
});
