/**
 * Milliseconds of the machine's monotonic clock, which is the same in every process, so that times can be subtracted.
 */
export function nowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
