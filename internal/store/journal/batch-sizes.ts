const MAX_ITEMS = 2000;
const MAX_BYTES = 8 << 20;
const LIMITS = { maxItems: MAX_ITEMS, maxBytes: MAX_BYTES, parallel: 1 };

/** An estimate above the actual size: 10,000 deliveries fill a statement, whose parameters then take 10 ms to build. */
export const DELIVERY_BYTES = 800;
export const ATTEMPT_BYTES = 200;

/** A message is waiting for this commit, so the batch waits only briefly for more. */
export const ACCEPT_BATCHES = {
  ...LIMITS,
  lingerMs: (lastSize: number) => (lastSize < 32 ? 2 : 4),
  busyFrom: 2,
  enough: 512,
};

/** No sender waits for these commits. A crash before such a commit causes duplicates. */
export const SETTLE_BATCHES = { ...LIMITS, lingerMs: () => 50, busyFrom: 2, enough: 256 };
