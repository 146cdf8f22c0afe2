import { setTimeout as sleep } from 'node:timers/promises';

export interface Retirement {
  /** Ends a replaced connection after a while. */
  add(end: () => Promise<void>): void;
  /** Ends all replaced connections now. */
  end(): Promise<void>;
}

/**
 * The other servers of a cluster learn of new subscriptions by routes, which no answer to hukz confirms. Until then
 * they send to the old connection. A server that leaves gives its clients 10 s by default.
 */
const OVERLAP_MS = 2000;

export function makeRetirement(overlapMs = OVERLAP_MS): Retirement {
  const hurry = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    add(end) {
      const one: Promise<void> = sleep(overlapMs, undefined, { signal: hurry.signal })
        .catch(() => undefined)
        .then(end)
        .finally(() => running.delete(one));
      running.add(one);
    },
    async end() {
      hurry.abort();
      await Promise.all(running);
    },
  };
}
