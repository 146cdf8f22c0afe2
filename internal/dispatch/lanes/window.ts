/** Of a lane that held nothing yet. */
export const FIRST_WINDOW = 128;
const MIN_WINDOW = 16;

/** How many deliveries a lane may hold: one more after each that went well, half as many after each that did not. */
export function nextWindow(window: number, wentWell: boolean, maxResident: number): number {
  return wentWell ? Math.min(window + 1, maxResident) : Math.max(MIN_WINDOW, window >> 1);
}
