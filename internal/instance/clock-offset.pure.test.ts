import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { clockDegraded, watchClockOffset } from './clock-offset.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it('an offset is logged once, again when it changes as much, and when it ends', async () => {
  const logger = makeTestLogger();
  let offsetMs = 0;
  const watching = watchClockOffset({ check: () => undefined, offsetMs: () => offsetMs }, logger);
  for (offsetMs of [0, 29_000, 3_600_000, 3_600_400, 3_629_000, 7_200_000, 25_000, 0, -60_000]) {
    await jest.advanceTimersByTimeAsync(3000);
  }
  await watching.stop();
  expect(logger.lines.map(({ name, fields }) => [name, fields.offset_ms])).toEqual([
    ['clock.offset', 3_600_000],
    ['clock.offset', 7_200_000],
    ['clock.agrees', 25_000],
    ['clock.offset', -60_000],
  ]);
});

it('an offset above 30 s is a degradation that says which clock is on which side', () => {
  expect([clockDegraded(30_000), clockDegraded(-30_000)]).toEqual([[], []]);
  expect(clockDegraded(3_600_000)[0]?.problem).toContain("3600 s ahead of the database's");
  expect(clockDegraded(-31_000)[0]?.problem).toContain("31 s behind the database's");
});
