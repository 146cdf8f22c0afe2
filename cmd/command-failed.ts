import { EXIT, type ExitCode } from './exit-codes.js';

export interface FailureDetails {
  readonly exitCode?: ExitCode;
  /** One sentence that says what to do. */
  readonly advice?: string | undefined;
}

/** A command could not do what was requested; the message says why. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly exitCode: ExitCode;

  constructor(message: string, { exitCode = EXIT.failed, advice }: FailureDetails = {}) {
    super(advice === undefined ? message : `${message}\n${advice}`);
    this.exitCode = exitCode;
  }
}

/** A mistake in the command itself, as if commander had found it. */
export function usageError(message: string, advice?: string): CommandFailed {
  return new CommandFailed(message, { exitCode: EXIT.usage, advice });
}
