/** A command could not do what was requested; the message says why. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
