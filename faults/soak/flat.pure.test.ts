import { describe, expect, it } from '@jest/globals';
import { judgeFlat, type Measure } from './flat.js';

const level = (slack = 0): Measure => ({ name: 'x', expectation: 'level', unit: 'MB', slack });
const growing = (slack = 0): Measure => ({ name: 'x', expectation: 'steady growth', unit: 'MB', slack });
const samples = (of: (n: number) => number) => Array.from({ length: 120 }, (_, n) => of(n));

describe('a level', () => {
  it('is flat however high its first quarter is, and also if it decreases', () => {
    expect(
      judgeFlat(
        level(),
        samples((n) => (n < 30 ? n * 10 : 100)),
      ).verdict,
    ).toBe('flat');
    expect(
      judgeFlat(
        level(),
        samples((n) => 500 - n),
      ).verdict,
    ).toBe('flat');
  });

  it('is flat when it goes up and down, as dead rows do', () => {
    const judged = judgeFlat(
      level(),
      samples((n) => (n % 10) * 1000),
    );
    expect(judged).toMatchObject({ verdict: 'flat', early: 4500, late: 4500, highest: 9000 });
  });

  it('is not flat when the last quarter is more than a fifth above the second', () => {
    expect(
      judgeFlat(
        level(),
        samples((n) => (n < 90 ? 100 : 120)),
      ).verdict,
    ).toBe('flat');
    expect(
      judgeFlat(
        level(),
        samples((n) => (n < 90 ? 100 : 121)),
      ).verdict,
    ).toBe('grows');
    expect(
      judgeFlat(
        level(),
        samples((n) => 100 + n),
      ).verdict,
    ).toBe('grows');
  });

  it('may exceed by its slack: from 3 to 5 descriptors is no leak', () => {
    expect(
      judgeFlat(
        level(10),
        samples((n) => (n < 90 ? 3 : 5)),
      ).verdict,
    ).toBe('flat');
    expect(
      judgeFlat(
        level(10),
        samples((n) => (n < 90 ? 3 : 14)),
      ).verdict,
    ).toBe('grows');
  });
});

it('a run that was cut off after a minute is not judged', () => {
  expect(judgeFlat(level(), [1, 2, 3, 4, 5, 6, 7]).verdict).toBe('too few samples');
  expect(judgeFlat(level(), []).verdict).toBe('too few samples');
});

describe('a steady growth', () => {
  it('is flat when each quarter grows by the same', () => {
    expect(
      judgeFlat(
        growing(),
        samples((n) => n * 7),
      ),
    ).toMatchObject({ verdict: 'flat', early: 7, late: 7 });
  });

  it('is not flat if it grows faster at the end', () => {
    expect(
      judgeFlat(
        growing(),
        samples((n) => n * n),
      ).verdict,
    ).toBe('grows');
  });
});
