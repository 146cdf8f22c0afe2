import { expect, it } from '@jest/globals';
import { digestOf, makeTokenText, readTokenText, tokenIn } from './token-text.js';

it('the text of a token names its row, and its checksum tells it from a text with a mistake', () => {
  const text = makeTokenText(17);
  expect(text).toMatch(/^hukz_17_[0-9A-Za-z]{43}$/);
  expect(readTokenText(text)).toEqual({ id: 17, digest: digestOf(text) });
  for (let at = 0; at < text.length; at++) {
    const wrong = `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`;
    expect([wrong, readTokenText(wrong)]).toEqual([wrong, undefined]);
  }
  expect(readTokenText(`${text}0`)).toBeUndefined();
});

it('no two texts of a row are equal', () => {
  expect(new Set(Array.from({ length: 200 }, () => makeTokenText(1))).size).toBe(200);
});

it.each([
  ['Bearer hukz_1_a', 'hukz_1_a'],
  ['bearer  hukz_1_a ', 'hukz_1_a'],
  ['Bearer other', undefined],
  ['Basic hukz_1_a', undefined],
  ['Bearer hukz_1_a, Bearer hukz_1_b', undefined],
  [undefined, undefined],
])('the header %j shows the token %j', (header, token) => {
  expect(tokenIn(header)).toBe(token);
});
