import { type Check, fail, ok, warn } from './check.js';

/** Above it, hukz logs `clock.offset`. */
const FAIL_MS = 30_000;
const WARN_MS = 2000;

/** A time that a server told, and when it was asked for on the clock of this machine. */
export interface ToldTime {
  readonly toldMs: number;
  readonly askedMs: number;
  readonly answeredMs: number;
  /** The server told a time in steps of this length. */
  readonly stepMs: number;
}

/**
 * Compares the clock of a server with that of this machine. The time on the way and the step could explain a smaller
 * offset.
 */
export function judgeClock(server: string, { toldMs, askedMs, answeredMs, stepMs }: ToldTime): Check {
  const ahead = toldMs > answeredMs ? toldMs - answeredMs : Math.min(0, toldMs + stepMs - askedMs);
  const name = `clock: ${server}`;
  const seconds = `${(Math.abs(ahead) / 1000).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine`;
  if (Math.abs(ahead) < WARN_MS) return ok(name, `within ${WARN_MS / 1000} s of this machine`);
  const advice = 'Synchronise the clocks (NTP): signatures with a time, delays and retention depend on them.';
  return Math.abs(ahead) < FAIL_MS ? warn(name, seconds, advice) : fail(name, seconds, advice);
}
