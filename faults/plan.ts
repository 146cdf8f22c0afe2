/** Durations in milliseconds: of the short form for every change, or of the long form for a night. */
export interface Plan {
  readonly form: 'short' | 'long';
  /** The duration of the kills in the central scenario. */
  readonly killingMs: number;
  /** The duration of the outage of PostgreSQL. */
  readonly outageMs: number;
  /** The silence after which an instance counts as dead, and a stall that is longer. */
  readonly instanceTimeoutMs: number;
  readonly stallMs: number;
  /** The time that running requests get when an instance is asked to stop. */
  readonly graceMs: number;
  /** The limit of all scenarios together. A scenario that is not done by then is cut off. */
  readonly limitMs: number;
  /** The time reserved for the scenario that starts last: no scenario starts in this last part of the time. */
  readonly lastMs: number;
}

const SHORT: Plan = {
  form: 'short',
  killingMs: 15_000,
  outageMs: 5000,
  instanceTimeoutMs: 2000,
  stallMs: 4000,
  graceMs: 2000,
  limitMs: 270_000,
  lastMs: 50_000,
};

/** The short form, or the long form, in which the central scenario takes `minutes`. */
export function makePlan(minutes: number | undefined): Plan {
  if (minutes === undefined) return SHORT;
  return {
    form: 'long',
    killingMs: minutes * 60_000,
    outageMs: 120_000,
    instanceTimeoutMs: 30_000,
    stallMs: 40_000,
    graceMs: 10_000,
    limitMs: minutes * 120_000 + 3_600_000,
    lastMs: minutes * 60_000 + 600_000,
  };
}
