import { CommandFailed } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import { plain } from '../output/plain.js';

/** A sentence about a declaration, with the file and the line that it is about. */
export interface Mistake {
  /** `hooks.yml:12` */
  readonly at: string;
  readonly message: string;
}

const MAX_SHOWN = 100;

/** Files that cannot be applied as they are written. Nothing was sent. */
export function refuseFiles(mistakes: readonly Mistake[]): CommandFailed {
  const lines = mistakes.slice(0, MAX_SHOWN).map(({ at, message }) => plain(`${at}: ${message}`));
  const others = mistakes.length > MAX_SHOWN ? [`and ${mistakes.length - MAX_SHOWN} more`] : [];
  const advice = 'Nothing was changed. Correct the files, and try again.';
  return new CommandFailed([...lines, ...others].join('\n'), { exitCode: EXIT.usage, advice });
}
