interface Item<T> {
  readonly limit: number;
  readonly thing: T;
}

const MAX_RUN = 512;

/**
 * Things by a limit, of which those up to a number are found in the time that they take to be visited. The sorted items
 * are in runs of a few hundred, so that an insertion moves only one run.
 */
export class SortedLimits<T extends { readonly id: number }> {
  private readonly runs: Item<T>[][] = [];

  add(limit: number, thing: T): void {
    const index = this.runOf(limit, thing);
    const run = this.runs[index];
    if (!run) {
      this.runs.push([{ limit, thing }]);
      return;
    }
    run.splice(placeIn(run, limit, thing), 0, { limit, thing });
    if (run.length > MAX_RUN) this.runs.splice(index + 1, 0, run.splice(MAX_RUN / 2));
  }

  delete(limit: number, thing: T): void {
    const index = this.runOf(limit, thing);
    const run = this.runs[index];
    if (!run) return;
    const at = placeIn(run, limit, thing);
    if (run[at]?.thing.id === thing.id) run.splice(at, 1);
    if (run.length === 0) this.runs.splice(index, 1);
  }

  *upTo(limit: number): Generator<T> {
    for (const run of this.runs) {
      for (const item of run) {
        if (item.limit > limit) return;
        yield item.thing;
      }
    }
  }

  /** The last run that does not begin behind the item, or the first one. */
  private runOf(limit: number, thing: T): number {
    let [low, high] = [0, this.runs.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const first = this.runs[middle]?.[0];
      if (first && isBefore(limit, thing, first)) high = middle - 1;
      else low = middle;
    }
    return low;
  }
}

/** The index of the item, or that at which it belongs. */
function placeIn<T extends { readonly id: number }>(run: readonly Item<T>[], limit: number, thing: T): number {
  let [low, high] = [0, run.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = run[middle];
    if (item && (item.limit < limit || (item.limit === limit && item.thing.id < thing.id))) low = middle + 1;
    else high = middle;
  }
  return low;
}

const isBefore = <T extends { readonly id: number }>(limit: number, { id }: T, item: Item<T>) =>
  limit < item.limit || (limit === item.limit && id < item.thing.id);
