/** What was done to it. */
export interface Tally {
  readonly faults: number;
  /** Times that somebody may have held requests of which nobody knew what became of them. */
  readonly interruptions: number;
  /** When the last fault was over, on `performance.now()`. */
  readonly healedAt: number;
  /** Deliveries that shall be left, or dead, at the end. */
  readonly dead: number;
  /** Arrivals before this one may have lost their rows of the log with a restore. */
  readonly loggedFrom: number;
  fault(): void;
  /** A fault that may cut requests off: they are sent again. */
  interruption(): void;
  healed(): void;
  expectDead(count: number): void;
  /** The database is an older one now; so many requests had arrived. */
  restored(arrivals: number): void;
}

export function makeTally(): Tally {
  let faults = 0;
  let interruptions = 0;
  let healedAt = performance.now();
  let dead = 0;
  let loggedFrom = 0;
  const fault = () => {
    faults++;
    healedAt = performance.now();
  };
  return {
    get faults() {
      return faults;
    },
    get interruptions() {
      return interruptions;
    },
    get healedAt() {
      return healedAt;
    },
    get dead() {
      return dead;
    },
    get loggedFrom() {
      return loggedFrom;
    },
    restored(arrivals) {
      loggedFrom = arrivals;
    },
    fault,
    interruption() {
      fault();
      interruptions++;
    },
    healed() {
      healedAt = performance.now();
    },
    expectDead(count) {
      dead += count;
    },
  };
}
