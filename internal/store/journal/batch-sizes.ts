const MAX_ITEMS = 2000;
const MAX_BYTES = 8 << 20;
const LIMITS = { maxItems: MAX_ITEMS, maxBytes: MAX_BYTES, parallel: 1 };

/** More than it has: so 10,000 deliveries fill a statement, whose parameters are then built in 10 ms. */
export const DELIVERY_BYTES = 800;
export const ATTEMPT_BYTES = 200;

/** On the way of a message the wait for more is short. */
export const ACCEPT_BATCHES = {
  ...LIMITS,
  lingerMs: (lastSize: number) => (lastSize < 32 ? 2 : 4),
  busyFrom: 2,
  enough: 512,
};

/** No sender waits for these; a crash costs duplicates. */
export const SETTLE_BATCHES = { ...LIMITS, lingerMs: () => 50, busyFrom: 2, enough: 256 };
