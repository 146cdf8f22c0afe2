/** A worker that lived for less time than this counts as a quick death. */
export const AT_ONCE_MS = 10_000;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/**
 * Returns how long the place of an ended worker stays empty: no time after its first quick death, then twice as long
 * each time.
 */
export function restartDelayMs(quickDeaths: number): number {
  return quickDeaths <= 1 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (quickDeaths - 2));
}
