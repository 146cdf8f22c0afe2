import type { Bench } from './bench.js';

/** One kind of work: its name on the command line, and its measurement. */
export interface Row {
  readonly id: string;
  readonly title: string;
  run(bench: Bench): Promise<readonly Line[]>;
}

/** One line of the table. */
export interface Line {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  /** One value per run. */
  readonly values: readonly number[];
  /** The ratio to the yardstick of the same round, one per run. */
  readonly ratios?: readonly number[];
  readonly targets: readonly Target[];
  /** Further information, one line each. */
  readonly notes?: readonly string[];
}

export interface Target {
  readonly text: string;
  readonly met: boolean;
  /** Whether missing the target fails the benchmark, which is the case for values that do not depend on the machine. */
  readonly strict: boolean;
}
