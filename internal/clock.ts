/** The clock that all parts of the service use. It is passed as a parameter, so that a test can set the time. */
export interface Clock {
  /** The wall clock in milliseconds since 1970, for rows and headers. */
  now(): number;
  /** Milliseconds that never jump, for durations and deadlines. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
