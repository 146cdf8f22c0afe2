import { type Command, Help, type Option } from 'commander';
import type { Invocation } from '../invocation.js';

/** Settings that all commands of a program inherit: it writes to the given streams, and never ends the process. */
export function configureProgram(program: Command, { version, streams: { stdout, stderr } }: Invocation): Command {
  return program
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 80,
      getErrHelpWidth: () => stderr.columns ?? 80,
    })
    .configureHelp({ groupItems: ownOptionsFirst })
    .showHelpAfterError('(see --help)');
}

/** Help shows the options of the verb itself before those that all verbs share. */
function ownOptionsFirst<T extends Command | Option>(
  _: T[],
  items: T[],
  groupOf: (item: T) => string,
): Map<string, T[]> {
  const own = items.filter((item) => groupOf(item) === 'Options:');
  const ordered = [...own, ...items.filter((item) => !own.includes(item))];
  return new Help().groupItems(ordered, ordered, groupOf);
}
