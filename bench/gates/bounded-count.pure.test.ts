import { describe, expect, it } from '@jest/globals';
import { isWithinBound, lower } from './bounded-count.js';

const counted = (value: number) => ({ what: 'statements', value, atMost: 20, worse: 'a statement more' });

describe('a gate', () => {
  it('passes up to its bound, and never if the count is no number', () => {
    expect([19, 20, 20.1, Number.NaN].map((value) => isWithinBound(counted(value)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is judged by the lower of two measurements', () => {
    expect(lower([counted(25)], undefined)).toEqual([counted(25)]);
    expect(lower([counted(25)], [counted(19)])).toEqual([counted(19)]);
  });
});
