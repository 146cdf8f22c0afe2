import { describe, expect, it } from '@jest/globals';
import { formatDuration, parseDuration, parseDurations } from './duration.js';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['5s', 5000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
    [' 5s ', 5000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms });
  });

  it.each(['', '5', 's', '-5s', '5 s', '5w', '1e3s', 'Infinity', '5s5m', '99999d', '١s'])('is not %p', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, problem: expect.stringContaining(text.trim()) });
  });

  it('is written in the largest unit that divides it', () => {
    expect([500, 5000, 90_000, 7_200_000, 86_400_000, 0].map(formatDuration)).toEqual([
      '500ms',
      '5s',
      '90s',
      '2h',
      '1d',
      '0ms',
    ]);
  });
});

describe('a list of durations', () => {
  it('may be empty, and names the one that is wrong', () => {
    expect(parseDurations('5s, 5m,2h')).toEqual({ ok: true, value: [5000, 300_000, 7_200_000] });
    expect(parseDurations('')).toEqual({ ok: true, value: [] });
    expect(parseDurations('5s,soon')).toMatchObject({ ok: false, problem: expect.stringContaining('soon') });
  });
});
