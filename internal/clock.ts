/** Time as the rooms may know it; handed over so that a test can turn the hands. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. Goes into rows and headers. */
  now(): number;
  /** Milliseconds that never jump. Measures durations and deadlines. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
