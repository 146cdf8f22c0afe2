import { compareExact, Decimal, type Exact } from './decimal.js';
import { keyOf, type ScalarKey } from './scalar-key.js';
import type { ElementList, Value } from './value.js';

/** Conditions look at so many elements of an array. Without a limit, one payload costs seconds of the event loop. */
export const MAX_ELEMENTS = 1000;

/** @param elements the first elements of an array of this size */
export function firstElements(size: number, elements: readonly Value[]): ElementList {
  return new FirstElements(size, elements);
}

/** A thousand filters may ask for the elements of one array. They are then looked up, and not compared one by one. */
class FirstElements implements ElementList {
  private known: { readonly keys: ReadonlySet<ScalarKey>; readonly numbers: ElementList['numbers'] } | undefined;

  constructor(
    readonly size: number,
    readonly elements: readonly Value[],
  ) {}

  get isWhole(): boolean {
    return this.size === this.elements.length;
  }

  get keys(): ReadonlySet<ScalarKey> {
    return this.read().keys;
  }

  get numbers(): ElementList['numbers'] {
    return this.read().numbers;
  }

  private read() {
    if (this.known) return this.known;
    const keys = new Set<ScalarKey>();
    let numbers: { least: Exact; most: Exact } | undefined;
    for (const { scalar } of this.elements) {
      if (scalar === undefined) continue;
      keys.add(keyOf(scalar));
      if (typeof scalar !== 'number' && !(scalar instanceof Decimal)) continue;
      numbers ??= { least: scalar, most: scalar };
      if (compareExact(scalar, numbers.least) < 0) numbers.least = scalar;
      if (compareExact(scalar, numbers.most) > 0) numbers.most = scalar;
    }
    this.known = { keys, numbers };
    return this.known;
  }
}
