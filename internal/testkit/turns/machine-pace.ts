/** A document of 9,000 values, like those that the service parses. */
const DOCUMENT = JSON.stringify(Array.from({ length: 3_000 }, (_, n) => ({ id: n, name: `object ${n}`, tags: [n] })));
/** The time that one parse of the document takes at the pace for which the bounds in tests are set, in milliseconds. */
const REFERENCE_MS = 0.7;
const TRIES = 9;

/**
 * How many times as long as the reference this machine takes now for the same work, at least 1. The machines that run
 * the tests differ by a factor of four, and one of them from hour to hour; a bound in milliseconds holds for none of
 * them, and a bound for the slowest holds nothing on the others. Takes some milliseconds.
 */
export function machinePace(): number {
  const times = Array.from({ length: TRIES }, () => {
    const began = performance.now();
    JSON.parse(DOCUMENT);
    return performance.now() - began;
  });
  const median = times.sort((a, b) => a - b)[Math.floor(TRIES / 2)] ?? 0;
  return Math.max(1, median / REFERENCE_MS);
}
