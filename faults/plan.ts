/** How long things take: the short form, for every change, or the long one, for a night. Milliseconds. */
export interface Plan {
  readonly form: 'short' | 'long';
  /** How long the central scenario kills. */
  readonly killingMs: number;
  /** How long PostgreSQL is away. */
  readonly outageMs: number;
  /** The silence after which an instance counts as dead, and a stall that is longer. */
  readonly instanceTimeoutMs: number;
  readonly stallMs: number;
  /** How long running requests get when an instance is told to stop. */
  readonly graceMs: number;
  /** All scenarios together; what is not done by then is cut off. */
  readonly limitMs: number;
  /** What a scenario needs that is begun last: in the last part of the time none is begun. */
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

/** The short form, or the long one in which the central scenario takes `minutes`. */
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
