import type { Bench } from './bench.js';

/** One kind of work: what it is called on the command line, and how it is measured. */
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
  /** One a run. */
  readonly values: readonly number[];
  /** To the yardstick of the same round, one a run. */
  readonly ratios?: readonly number[];
  readonly targets: readonly Target[];
  /** More to know, one line each. */
  readonly notes?: readonly string[];
}

export interface Target {
  readonly text: string;
  readonly met: boolean;
  /** Whether the bench fails without it: for what does not depend on the machine. */
  readonly strict: boolean;
}
