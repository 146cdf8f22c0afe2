export const PORT = { min: 0, max: 65_535 };
export const COUNT = { min: 1, max: 1_000_000 };
/** A timer of Node.js waits at most about 24 days. */
export const MAX_TIMER_MS = 24 * 86_400_000;
export const TIMER = { min: 1, max: MAX_TIMER_MS };
