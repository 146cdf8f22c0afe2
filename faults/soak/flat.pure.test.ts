import { describe, expect, it } from '@jest/globals';
import { judgeFlat, type Measure } from './flat.js';

const level = (slack = 0): Measure => ({ name: 'x', expectation: 'level', unit: 'MB', slack });
const growing = (slack = 0): Measure => ({ name: 'x', expectation: 'steady growth', unit: 'MB', slack });
const samples = (of: (n: number) => number) => Array.from({ length: 120 }, (_, n) => of(n));

describe('a level', () => {
  it('is flat however high its first quarter is, and when it becomes less', () => {
    expect(
      judgeFlat(
        level(),
        samples((n) => (n < 30 ? n * 10 : 100)),
      ).isFlat,
    ).toBe(true);
    expect(
      judgeFlat(
        level(),
        samples((n) => 500 - n),
      ).isFlat,
    ).toBe(true);
  });

  it('is flat when it goes up and down, as dead rows do', () => {
    const judged = judgeFlat(
      level(),
      samples((n) => (n % 10) * 1000),
    );
    expect(judged).toMatchObject({ isFlat: true, early: 4500, late: 4500, highest: 9000 });
  });

  it('is not flat when the last quarter is more than a fifth above the second', () => {
    expect(
      judgeFlat(
        level(),
        samples((n) => (n < 90 ? 100 : 120)),
      ).isFlat,
    ).toBe(true);
    expect(
      judgeFlat(
        level(),
        samples((n) => (n < 90 ? 100 : 121)),
      ).isFlat,
    ).toBe(false);
    expect(
      judgeFlat(
        level(),
        samples((n) => 100 + n),
      ).isFlat,
    ).toBe(false);
  });

  it('may be above by its slack: from 3 to 5 descriptors is no leak', () => {
    expect(
      judgeFlat(
        level(10),
        samples((n) => (n < 90 ? 3 : 5)),
      ).isFlat,
    ).toBe(true);
    expect(
      judgeFlat(
        level(10),
        samples((n) => (n < 90 ? 3 : 14)),
      ).isFlat,
    ).toBe(false);
  });
});

describe('a steady growth', () => {
  it('is flat when each quarter grows by the same', () => {
    expect(
      judgeFlat(
        growing(),
        samples((n) => n * 7),
      ),
    ).toMatchObject({ isFlat: true, early: 7, late: 7 });
  });

  it('is not flat when it grows faster in the end', () => {
    expect(
      judgeFlat(
        growing(),
        samples((n) => n * n),
      ).isFlat,
    ).toBe(false);
  });
});
