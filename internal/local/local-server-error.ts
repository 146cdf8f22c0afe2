/** A local server could not be started. The message tells the person who started it why. */
export class LocalServerError extends Error {
  override readonly name = 'LocalServerError';
}
