import { expect, it } from '@jest/globals';
import { makeTokenCheck } from './bearer.js';

it.each(['Bearer 0123456789abcdef', 'bearer  0123456789abcdef', 'Bearer 0123456789abcdef '])(
  'the token is shown by "%s"',
  (authorization) => {
    expect(makeTokenCheck('0123456789abcdef')(authorization)).toBe(true);
  },
);

it.each([undefined, '', '0123456789abcdef', 'Bearer', 'Bearer ', 'Bearer 0123456789abcde', 'Basic 0123456789abcdef'])(
  'the token is not shown by "%s"',
  (authorization) => {
    expect(makeTokenCheck('0123456789abcdef')(authorization)).toBe(false);
  },
);

it('nothing shows a token that is not configured', () => {
  for (const authorization of [undefined, 'Bearer ', 'Bearer undefined'])
    expect(makeTokenCheck(undefined)(authorization)).toBe(false);
});
