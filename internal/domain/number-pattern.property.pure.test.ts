import { describe, expect, it } from '@jest/globals';
import { fc } from '../testkit/properties.js';
import { numberPattern } from './number-pattern.js';

describe('the pattern of a range of numbers', () => {
  it('matches exactly the numbers of the range', () => {
    const bound = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 99_999_999_999 }));
    fc.assert(
      fc.property(bound, bound, bound, (one, other, anyNumber) => {
        const [least, most] = one < other ? [one, other] : [other, one];
        const pattern = new RegExp(`^(?:${numberPattern(least, most)})$`);
        for (const n of [anyNumber, least - 1, least, least + 1, most - 1, most, most + 1].filter((each) => each >= 0))
          expect([n, pattern.test(String(n))]).toEqual([n, n >= least && n <= most]);
        expect(pattern.test(`0${most}`)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('is short where the range is round', () => {
    expect(numberPattern(1, 65_535)).toBe(
      '[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]',
    );
    expect(numberPattern(0, 999_999)).toBe('[1-9][0-9]{1,5}|[0-9]');
  });
});
