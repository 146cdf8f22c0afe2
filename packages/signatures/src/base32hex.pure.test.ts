import { expect, it } from '@jest/globals';
import { base32hex } from 'hukz-signatures';

it.each([
  ['', ''],
  ['f', 'co'],
  ['fo', 'cpng'],
  ['foo', 'cpnmu'],
  ['foob', 'cpnmuog'],
  ['fooba', 'cpnmuoj1'],
  ['foobar', 'cpnmuoj1e8'],
])('base32hex writes the vectors of RFC 4648: %s', (text, expected) => {
  expect(base32hex(Buffer.from(text))).toBe(expected);
});
