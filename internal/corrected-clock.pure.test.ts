import { beforeEach, expect, it } from '@jest/globals';
import { type CorrectedClock, correctClock } from './corrected-clock.js';

const NOON = Date.UTC(2026, 0, 31, 12);
const HOUR_MS = 3_600_000;

/** The database's time, the local monotonic time, and the error of the local clock. */
let world: { time: number; monotonic: number; offsetMs: number };
let clock: CorrectedClock;

beforeEach(() => {
  world = { time: NOON, monotonic: 5000, offsetMs: 0 };
  clock = correctClock({ now: () => world.time + world.offsetMs, monotonic: () => world.monotonic });
});

const pass = (ms: number) => {
  world.time += ms;
  world.monotonic += ms;
};
/** Simulates a round trip; the database reads its clock after the given part of it. */
const ask = (roundTripMs: number, part = 0.5) => {
  const askedAt = world.monotonic;
  pass(roundTripMs * part);
  const { time } = world;
  pass(roundTripMs * (1 - part));
  clock.learn({ askedAt, answeredAt: world.monotonic, time });
};
const errorMs = () => clock.now() - world.time;

it('is the clock of the machine before the first sample, and while that clock is right to a second', () => {
  world.offsetMs = HOUR_MS;
  expect(errorMs()).toBe(HOUR_MS);
  world.offsetMs = 900;
  ask(10);
  expect([errorMs(), clock.offsetMs()]).toEqual([900, 0]);
});

it.each([HOUR_MS, -HOUR_MS, 30 * 24 * HOUR_MS, 1500])(
  'is right to half a round trip when the machine is wrong by %i ms',
  (offsetMs) => {
    world.offsetMs = offsetMs;
    ask(20, 0);
    expect(Math.abs(errorMs())).toBeLessThanOrEqual(10);
    expect(Math.abs(clock.offsetMs() - offsetMs)).toBeLessThanOrEqual(10);
    expect(Number.isInteger(clock.now())).toBe(true);
    pass(300_000);
    expect(Math.abs(errorMs())).toBeLessThanOrEqual(10);
  },
);

it('ignores that the machine clock was set between two samples, from the next check on', () => {
  ask(10);
  world.offsetMs = 2 * HOUR_MS;
  clock.check();
  expect(Math.abs(errorMs())).toBeLessThanOrEqual(5);
  world.offsetMs = 0;
  clock.check();
  expect([errorMs(), clock.offsetMs()]).toEqual([0, 0]);
});

it('is not misled by slow answers, wherever in the round trip the database read its clock', () => {
  world.offsetMs = HOUR_MS;
  ask(10);
  for (const part of [0, 1, 0, 1]) {
    pass(5000);
    const before = errorMs();
    ask(4000, part);
    expect(errorMs()).toBe(before);
  }
  // A machine whose clock is right is trusted even if the only answer so far took long.
  world.offsetMs = 0;
  const other = correctClock({ now: () => world.time, monotonic: () => world.monotonic });
  other.learn({ askedAt: world.monotonic - 4000, answeredAt: world.monotonic, time: world.time });
  expect(other.offsetMs()).toBe(0);
});

it('follows a database whose clock was set, or that was replaced by another', () => {
  ask(10);
  world.time += HOUR_MS;
  world.offsetMs = -HOUR_MS;
  ask(30);
  expect(Math.abs(errorMs())).toBeLessThanOrEqual(15);
  expect(Math.abs(clock.offsetMs() + HOUR_MS)).toBeLessThanOrEqual(15);
});
