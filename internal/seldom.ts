import { Recent } from './recent.js';

/** The number of kinds whose last time is remembered. */
const MAX_KINDS = 200;

/**
 * Lets one occurrence per kind and interval through, because callers may cause the same log line a thousand times per
 * second.
 */
export class Seldom {
  private readonly kinds = new Recent<string, { readonly at: number; leftOut: number }>(MAX_KINDS);

  /** @param now returns monotonic milliseconds */
  constructor(
    private readonly everyMs: number,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.kinds.size;
  }

  /** Returns how many of the kind were suppressed before this one, or undefined if this one is suppressed. */
  admit(kind: string): number | undefined {
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
