/** A command could not do what it was asked for; the message says why. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
