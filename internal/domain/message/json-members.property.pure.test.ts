import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { elementsOf, membersOf, textOf } from './json-members.js';

const found = (text: string, max = 100) => {
  const bytes = Buffer.from(text);
  return membersOf(bytes, max)?.map(({ name, start, end }) => [name, textOf(bytes, start, end)]);
};
const elements = (text: string, maxBytes = 1000) =>
  [...elementsOf(Buffer.from(text), maxBytes)].map((element) => element && Buffer.from(element).toString());

describe('the members of an object', () => {
  it('are found with their values as they are written', () => {
    expect(found(' { "a\\u0062" : 12345678901234567890 , "é":[ 1, {"x":"}"} ],"":"" } ')).toEqual([
      ['ab', '12345678901234567890'],
      ['é', '[ 1, {"x":"}"} ]'],
      ['', '""'],
    ]);
    expect(found('{}')).toEqual([]);
    expect(found('{"a":1,"a":2}')).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
  });

  it.each(['', '[]', '1', '{', '{"a"}', '{"a":}', '{"a":1,}', '{,}', '{"a":1}x', '{"a":1 "b":2}', '{a:1}', '{"a":01}'])(
    'are none in %s',
    (text) => {
      expect(found(text)).toBeUndefined();
    },
  );

  it('are at most as many as allowed', () => {
    expect(found('{"a":1,"b":2}', 2)).toHaveLength(2);
    expect(found('{"a":1,"b":2,"c":3}', 2)).toBeUndefined();
  });

  it('mean what JSON.parse reads, in any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (object, space) => {
        const text = JSON.stringify(object, undefined, space);
        const read = found(text)?.map(([name = '', value = '']) => [name, JSON.parse(value)]);
        expect(Object.fromEntries(read ?? [])).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('the elements of an array', () => {
  it('are yielded as they are written', () => {
    expect(elements(' [ {"a":1} , 2,"]" ] ')).toEqual(['{"a":1}', '2', '"]"']);
    expect(elements('[]')).toEqual([]);
  });

  it.each(['', '{}', '[', '[1', '[,]', '[1]x', '[x]'])('end with undefined in %s', (text) => {
    const found = elements(text);
    expect([found.length > 0, found.at(-1)]).toEqual([true, undefined]);
  });

  it.each(['[1,]', '[1 2]'])('are those in front of the mistake in %s', (text) => {
    expect(elements(text)).toEqual(['1', undefined]);
  });

  it('are not read beyond their allowed size', () => {
    expect(elements(`["${'a'.repeat(8)}",1]`, 10)).toEqual([`"${'a'.repeat(8)}"`, '1']);
    expect(elements(`["${'a'.repeat(9)}",1]`, 10)).toEqual([undefined]);
  });
});
