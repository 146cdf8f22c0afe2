/** `full`: try again when events have been delivered. */
export type EmitterErrorCode = 'invalid' | 'full' | 'stopped';

/** The reason why an emitter refuses a call. Nothing of the call has had an effect. */
export class EmitterError extends Error {
  constructor(
    readonly code: EmitterErrorCode,
    message: string,
    /** The argument that the message is about, such as `config.url`. */
    readonly source?: string,
  ) {
    super(message);
    this.name = 'EmitterError';
  }
}

/** Makes the error about an argument. The message begins with the name of the argument. */
export const invalid = (source: string, problem: string) =>
  new EmitterError('invalid', `${source}: ${problem}`, source);
