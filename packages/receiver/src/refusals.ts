/** Far above the 24 hours that hukz waits at most. */
const MAX_SECONDS = 999_999_999;

/** Thrown by a handler: answers 503, so that hukz tries again, and not before the given number of seconds. */
export class Later extends Error {
  override readonly name = 'Later';
  readonly seconds: number;

  /** @param seconds the wait; hukz waits at most 24 hours */
  constructor(seconds = 60, message = 'try again later') {
    super(message);
    if (!(seconds >= 0 && seconds <= MAX_SECONDS))
      throw new TypeError(`Later: seconds must be a number from 0 to ${MAX_SECONDS}`);
    this.seconds = Math.ceil(seconds);
  }
}

/** Thrown by a handler: answers 410, so that hukz disables the webhook and sends nothing more. */
export class Gone extends Error {
  override readonly name = 'Gone';

  constructor(message = 'this receiver wants no more requests') {
    super(message);
  }
}
