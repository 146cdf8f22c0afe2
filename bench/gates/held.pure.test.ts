import { describe, expect, it } from '@jest/globals';
import { holds, lower } from './held.js';

const held = (value: number) => ({ what: 'statements', value, atMost: 20, worse: 'a statement more' });

describe('a gate', () => {
  it('holds up to its bound, and does not hold what is no number', () => {
    expect([19, 20, 20.1, Number.NaN].map((value) => holds(held(value)))).toEqual([true, true, false, false]);
  });

  it('is judged by the lower of two measurements', () => {
    expect(lower([held(25)], undefined)).toEqual([held(25)]);
    expect(lower([held(25)], [held(19)])).toEqual([held(19)]);
  });
});
