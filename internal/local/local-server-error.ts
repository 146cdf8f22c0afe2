/** A server of our own could not be started; the message says why, in words for whoever wanted it. */
export class LocalServerError extends Error {
  override readonly name = 'LocalServerError';
}
