import type { Truth } from '../condition.js';
import type { FilterTrace, Tested } from './filter-trace.js';
import { type ShownJson, shownValue } from './shown-value.js';
import { wantedBy } from './wanted-by.js';

/** The condition that has decided a filter, and the value that it has met. */
export interface FilterReason {
  /** A JSON pointer into the payload, `headers/name-in-lower-case`, `subject`, or `subject/1`. */
  readonly at: string;
  readonly wanted: ShownJson;
  /** Absent if there is no value. A long text and a long array are shown in part. */
  readonly found?: ShownJson;
  /** The value is beyond the limits of filters, so that `filter_oversize` has decided. */
  readonly isUndecided?: true;
}

/**
 * Remembers the test that decides a filter. Evaluation ends with it: the last test of a list of conditions is the one
 * that fails it, and the last one of alternatives is the one that fulfils them.
 */
export class DecisiveTest implements FilterTrace {
  private last: Tested | undefined;
  private lastUnknown: Tested | undefined;
  private truth: Truth;

  tested(tested: Tested, truth: Truth): void {
    if (truth === undefined) this.lastUnknown = tested;
    else this.last = tested;
  }

  decided(truth: Truth): void {
    this.truth = truth;
  }

  /** Undefined if no test was made, as for a filter that this version of hukz cannot read. */
  get reason(): FilterReason | undefined {
    const decisive = this.truth === undefined ? this.lastUnknown : this.last;
    if (!decisive) return undefined;
    const { test, found, isNegated } = decisive;
    const shown = found === undefined || found === 'unknown' ? undefined : shownValue(found);
    return {
      at: test.path,
      wanted: wantedBy(test.check, isNegated),
      ...(shown !== undefined && { found: shown }),
      ...(this.truth === undefined && { isUndecided: true }),
    };
  }
}
