import { Recent } from './recent.js';

/** Kinds whose last moment is remembered. */
const MAX_KINDS = 200;

/** Lets one of each kind through in a while. Callers may cause the same line a thousand times per second. */
export class Seldom {
  private readonly kinds = new Recent<string, { readonly at: number; leftOut: number }>(MAX_KINDS);

  /** @param now monotonic milliseconds */
  constructor(
    private readonly everyMs: number,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.kinds.size;
  }

  /** How many of the kind were left out before this one; undefined: this one is left out. */
  next(kind: string): number | undefined {
    const before = this.kinds.get(kind);
    const at = this.now();
    if (before && at - before.at < this.everyMs) {
      before.leftOut++;
      return undefined;
    }
    this.kinds.set(kind, { at, leftOut: 0 });
    return before?.leftOut ?? 0;
  }
}
