/** The expected behaviour of a measure over time. */
export type Expectation =
  /** The measure may go up and down around one level. */
  | 'level'
  /** The measure grows with the number of accepted messages, by the same amount in each quarter. */
  | 'steady growth';

export interface Measure {
  readonly name: string;
  readonly expectation: Expectation;
  readonly unit: string;
  /**
   * A difference without meaning, in the same unit: for example an autovacuum or a garbage collection that comes a
   * moment later.
   */
  readonly slack: number;
}

export interface Judged extends Measure {
  /** The median of the second quarter, or its growth. */
  readonly early: number;
  /** The median of the last quarter, or its growth. */
  readonly late: number;
  readonly highest: number;
  readonly verdict: 'flat' | 'grows' | 'too few samples';
}

/**
 * The tolerated share by which the last quarter may exceed the second one. The first quarter is left out: caches, heaps
 * and pools fill in it.
 */
const TOLERANCE = 0.2;
/** Two samples in each quarter. */
const MIN_SAMPLES = 8;

/**
 * Flat means that the last quarter is at most 20 % above the second quarter, or above it by no more than the slack. A
 * `level` is compared by the medians of its samples, a `steady growth` by its growth within the quarter. A decrease is
 * not a fault.
 */
export function judgeFlat(measure: Measure, samples: readonly number[]): Judged {
  const quarter = (index: number) => samples.slice(bound(samples, index), bound(samples, index + 1));
  const of = measure.expectation === 'level' ? median : growth;
  const [early, late] = [of(quarter(1)), of(quarter(3))];
  const allowed = Math.max(early * (1 + TOLERANCE), early + measure.slack);
  const verdict = samples.length < MIN_SAMPLES ? 'too few samples' : late <= allowed ? 'flat' : 'grows';
  return { ...measure, early, late, highest: Math.max(...samples), verdict };
}

const bound = (samples: readonly number[], index: number) => Math.round((samples.length * index) / 4);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The growth per step between two samples, so that a quarter with one sample less is not a smaller one. */
function growth(values: readonly number[]): number {
  return ((values.at(-1) ?? Number.NaN) - (values[0] ?? Number.NaN)) / (values.length - 1);
}
