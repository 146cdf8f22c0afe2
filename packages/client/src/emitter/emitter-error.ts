/**
 * `full`: try again when events have been delivered. `refused`: the service does not take the event. `stopped`: `stop`
 * was called.
 */
export type EmitterErrorCode = 'invalid' | 'full' | 'refused' | 'stopped';

/** The reason why an emitter refuses a call. Nothing of the call has had an effect. */
export class EmitterError extends Error {
  override readonly name: string = 'EmitterError';

  constructor(
    readonly code: EmitterErrorCode,
    message: string,
    /** The argument that the message is about, such as `config.url`. */
    readonly source?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Makes the error about an argument. The message begins with the name of the argument. */
export const invalid = (source: string, problem: string, options?: ErrorOptions) =>
  new EmitterError('invalid', `${source}: ${problem}`, source, options);
