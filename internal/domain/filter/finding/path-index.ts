import { ManyByKey } from '../../many-by-key.js';
import { Decimal } from '../values/decimal.js';
import type { Scalar } from '../values/scalar.js';
import { keyOf, type ScalarKey } from '../values/scalar-key.js';
import type { Value } from '../values/value.js';
import { type Entry, isClosed } from './entry.js';
import { RangeCells } from './range-cells.js';
import { SortedLimits } from './sorted-limits.js';

/** A guess at the number of needless candidates that a start of a text, or a limit of a number, finds. */
const [START_COST, CLOSED_COST, OPEN_COST] = [4, 8, 64];

/** The things whose entry is about one path. */
export class PathIndex<T extends { readonly id: number }> {
  private readonly byValue = new ManyByKey<ScalarKey, T>();
  private readonly byStart = new ManyByKey<string, T>();
  /** The lengths of the starts, with the number of starts that have each of them. */
  private readonly lengths = new Map<number, number>();
  private readonly closed = new RangeCells<T>();
  private readonly lower = new SortedLimits<T>();
  /** By their upper limits with the other sign. */
  private readonly upper = new SortedLimits<T>();
  private open = 0;
  size = 0;

  add(entry: Entry, thing: T): void {
    this.size++;
    if (entry.by === 'value') this.byValue.add(entry.key, thing);
    else if (entry.by === 'start') {
      this.byStart.add(entry.text, thing);
      this.lengths.set(entry.text.length, (this.lengths.get(entry.text.length) ?? 0) + 1);
    } else if (isClosed(entry)) this.closed.add(entry.from, entry.until, thing);
    else {
      this.open++;
      if (Number.isFinite(entry.from)) this.lower.add(entry.from, thing);
      else this.upper.add(-entry.until, thing);
    }
  }

  delete(entry: Entry, thing: T): void {
    this.size--;
    if (entry.by === 'value') this.byValue.delete(entry.key, thing);
    else if (entry.by === 'start') {
      this.byStart.delete(entry.text, thing);
      const count = (this.lengths.get(entry.text.length) ?? 1) - 1;
      if (count > 0) this.lengths.set(entry.text.length, count);
      else this.lengths.delete(entry.text.length);
    } else if (isClosed(entry)) this.closed.delete(entry.from, entry.until, thing);
    else {
      this.open--;
      if (Number.isFinite(entry.from)) this.lower.delete(entry.from, thing);
      else this.upper.delete(-entry.until, thing);
    }
  }

  /** The number of things that a message with this entry's value would find, roughly. */
  cost(entry: Entry): number {
    if (entry.by === 'value') return this.byValue.count(entry.key);
    if (entry.by === 'start') return this.byStart.count(entry.text) + START_COST;
    return isClosed(entry) ? this.closed.count(entry.from, entry.until) + CLOSED_COST : this.open + OPEN_COST;
  }

  /** Adds the things whose entry may apply to a scalar. */
  find(scalar: Scalar, into: Set<T>): void {
    addAll(this.byValue.under(keyOf(scalar)), into);
    if (typeof scalar === 'string') this.findStarts(scalar, into);
    const number = scalar instanceof Decimal ? scalar.nearest : scalar;
    if (typeof number !== 'number') return;
    addAll(this.closed.around(number), into);
    addAll(this.lower.upTo(number), into);
    addAll(this.upper.upTo(-number), into);
  }

  /**
   * Whether all things must be looked at for this value: not all elements of the array are known, or one element may
   * be above the lower limit of a range and another one below its upper limit.
   */
  needsAll({ list }: Value): boolean {
    if (!list) return false;
    return !list.isWhole || (list.size > 1 && this.closed.size > 0);
  }

  private findStarts(text: string, into: Set<T>): void {
    for (const length of this.lengths.keys())
      if (length <= text.length) addAll(this.byStart.under(text.slice(0, length)), into);
  }
}

function addAll<T>(things: Iterable<T>, into: Set<T>): void {
  for (const thing of things) into.add(thing);
}
