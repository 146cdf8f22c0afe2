/** The window of a lane that has had no residents yet. */
export const FIRST_WINDOW = 128;
const MIN_WINDOW = 16;

/**
 * The number of residents that a lane may have. It grows by one after each success, and is halved after each failure.
 */
export function nextWindow(window: number, wentWell: boolean, maxResident: number): number {
  return wentWell ? Math.min(window + 1, maxResident) : Math.max(MIN_WINDOW, window >> 1);
}
