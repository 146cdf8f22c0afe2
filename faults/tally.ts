/** The faults that were applied in a scenario. */
export interface Tally {
  readonly faults: number;
  /** The number of faults at which an instance may have had requests with an unknown outcome. */
  readonly interruptions: number;
  /** The time at which the last fault was over, on `performance.now()`. */
  readonly healedAt: number;
  /** The number of dead letters expected at the end. */
  readonly dead: number;
  /** Arrivals before this index may have lost their log rows with a restore. */
  readonly loggedFrom: number;
  fault(): void;
  /** Counts a fault that may cut off requests, which are then sent again. */
  interruption(): void;
  healed(): void;
  expectDead(count: number): void;
  /** The database was replaced by an older one when this number of requests had arrived. */
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
