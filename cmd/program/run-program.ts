import { type Command, CommanderError } from 'commander';
import { CommandFailed } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import { explainFailure } from '../explain-failure.js';
import type { Invocation } from '../invocation.js';
import { makeProgram } from './program.js';

/** Runs a command of hukz. Returns the exit code, after the reason of a failure was written to stderr. */
export function runProgram(here: Invocation, args: readonly string[]): Promise<number> {
  return parseAndRun(makeProgram(here), here, args);
}

export async function parseAndRun(program: Command, here: Invocation, args: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has written its sentence; help and the version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { plain } = await import('../output/plain.js');
    here.streams.stderr.write(`${plain(explainFailure(error))}\n`);
    return error instanceof CommandFailed ? error.exitCode : EXIT.failed;
  }
}
