/** A moment after which nothing is waited for any more. */
export interface Deadline {
  /** Milliseconds that are left; never below `least`. */
  left(least?: number): number;
  /** Waits for the work, but not beyond the deadline (or `least`, if that is later); whether it came to its end. */
  within(work: Promise<unknown>, least?: number): Promise<boolean>;
}

export function makeDeadline(ms: number): Deadline {
  const at = performance.now() + ms;
  const left = (least = 0) => Math.max(least, at - performance.now());
  return {
    left,
    within(work, least) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => resolve(false), left(least));
        work.then(() => resolve(true), reject).finally(() => clearTimeout(timer));
      });
    },
  };
}
