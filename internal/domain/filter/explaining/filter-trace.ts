import type { Test, Truth } from '../condition.js';
import type { Found } from '../values/value.js';

/** The test of a condition, as one message was looked at. */
export interface Tested {
  readonly test: Test;
  readonly found: Found;
  /** The test is inside of an odd number of negations, so that the filter demands its opposite. */
  readonly isNegated: boolean;
}

/**
 * Receives the steps by which a filter is evaluated. The evaluation is the same with and without a trace. Tests inside
 * of `$elem` are a part of the test of their array, and are not received.
 */
export interface FilterTrace {
  tested(tested: Tested, truth: Truth): void;
  /** The filter as a whole has been decided. */
  decided(truth: Truth): void;
}

/** Passes on what is tested inside of a negation. */
export function negated(trace: FilterTrace): FilterTrace {
  return {
    tested: (tested, truth) => trace.tested({ ...tested, isNegated: !tested.isNegated }, truth),
    decided: (truth) => trace.decided(truth),
  };
}
