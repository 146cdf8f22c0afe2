import { describe, expect, it } from '@jest/globals';
import { judgeClock } from './clock.js';
import { judgePools } from './pools.js';

describe('the clock of a server', () => {
  const judge = (toldMs: number, stepMs = 0) => {
    const { level, finding } = judgeClock('NATS', { toldMs, stepMs, askedMs: 100_000, answeredMs: 100_400 });
    return [level, finding];
  };

  it.each([
    [100_200, 0, ['ok', 'within 2 s of this machine']],
    [99_100, 1000, ['ok', 'within 2 s of this machine']],
    [98_100, 0, ['ok', 'within 2 s of this machine']],
    [105_400, 0, ['warn', '5.0 s ahead of this machine']],
    [97_000, 0, ['warn', '3.0 s behind this machine']],
    [60_000, 1000, ['fail', '39.0 s behind this machine']],
    [200_400, 0, ['fail', '100.0 s ahead of this machine']],
  ])('%d in steps of %d is judged by the time that is certain', (toldMs, stepMs, expected) => {
    expect(judge(toldMs, stepMs)).toEqual(expected);
  });
});

describe('the pools of all processes', () => {
  const judge = (maxConnections: number, processes: number, workers = 1) =>
    judgePools({ apiPool: 10, journalPool: 6, workers }, { maxConnections, reserved: 3, processes });

  it.each([
    [100, 1, 1, 'ok'],
    [100, 3, 1, 'warn'],
    [100, 6, 1, 'fail'],
    [100, 0, 6, 'fail'],
  ])('max_connections %d with %d processes of %d workers: %s', (max, processes, workers, level) => {
    expect(judge(max, processes, workers).level).toBe(level);
  });

  it('are explained', () => {
    expect(judge(100, 3).finding).toBe('3 × 18 connections at most, 97 of max_connections 100 are for users');
  });
});
