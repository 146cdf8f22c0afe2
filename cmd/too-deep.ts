/**
 * The result of work on JSON, or `otherwise` if the JSON is nested so deeply that the work needs more stack than there
 * is. Payloads may have any depth.
 */
export function unlessTooDeep<T>(work: () => T, otherwise: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack')) return otherwise();
    throw error;
  }
}
