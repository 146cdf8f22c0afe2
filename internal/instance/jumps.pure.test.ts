import { describe, expect, it } from '@jest/globals';
import { Jumps } from './jumps.js';

const HOUR = 3_600_000;

describe('the clock of the database', () => {
  it.each<[name: string, samples: readonly (readonly [askedAt: number, answeredAt: number, time: number])[], number]>([
    ['that was read once', [[0, 10, 5 * HOUR]], Number.POSITIVE_INFINITY],
    [
      'that proceeds as the other one',
      [
        [0, 10, HOUR],
        [5000, 5010, HOUR + 5003],
      ],
      Number.POSITIVE_INFINITY,
    ],
    [
      'that was set by less than the tolerance',
      [
        [0, 0, 0],
        [5000, 5000, 9900],
      ],
      Number.POSITIVE_INFINITY,
    ],
    [
      'whose answers took long',
      [
        [0, 60_000, 100],
        [61_000, 120_000, 119_000],
      ],
      Number.POSITIVE_INFINITY,
    ],
    [
      'that was set forwards',
      [
        [0, 10, 0],
        [5000, 5010, HOUR],
      ],
      990,
    ],
    [
      'that was set backwards',
      [
        [0, 10, HOUR],
        [5000, 5010, 5000],
      ],
      990,
    ],
    [
      'that was set some time ago',
      [
        [0, 10, HOUR],
        [1000, 1010, 1000],
        [5000, 5010, 5000],
      ],
      4990,
    ],
  ])('%s', (_name, samples, sinceMs) => {
    const jumps = new Jumps(5000);
    for (const [askedAt, answeredAt, time] of samples) jumps.see({ askedAt, answeredAt, time });
    expect(jumps.sinceMs(6000)).toBe(sinceMs);
  });
});
