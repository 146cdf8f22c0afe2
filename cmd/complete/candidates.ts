import type { Command, Option } from 'commander';

export interface Candidate {
  readonly word: string;
  readonly description: string;
}

export interface Candidates {
  readonly known: readonly Candidate[];
  /** The name of the argument that is being written, such as `webhook`, if the program does not know its values. */
  readonly argument: string | undefined;
}

/**
 * Finds what can be written in place of the last word.
 * @param words the words after `hukz`; the last one may be empty or incomplete
 */
export function candidatesFor(program: Command, words: readonly string[]): Candidates {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { command, position, pending } = walk(program, before);
  if (pending) return { known: choicesOf(pending.argChoices), argument: undefined };
  if (current.startsWith('-')) return { known: optionsOf(command, current), argument: undefined };
  const commands = command.createHelp().visibleCommands(command);
  if (position === 0 && commands.length > 0) {
    const known = commands.map((each) => ({ word: each.name(), description: each.description() }));
    return { known: known.filter(({ word }) => word.startsWith(current)), argument: undefined };
  }
  const argument = command.registeredArguments[position] ?? lastVariadic(command);
  const known = choicesOf(argument?.argChoices).filter(({ word }) => word.startsWith(current));
  return { known, argument: argument?.argChoices ? undefined : argument?.name() };
}

interface Walked {
  readonly command: Command;
  /** The number of arguments of the command before the current word. */
  readonly position: number;
  /** The option whose value is being written. */
  readonly pending: Option | undefined;
}

function walk(program: Command, words: readonly string[]): Walked {
  let command = program;
  let position = 0;
  let pending: Option | undefined;
  for (const word of words) {
    if (pending) pending = undefined;
    else if (word.startsWith('-') && word !== '-') pending = valueOption(command, word);
    else {
      const inner = position === 0 ? command.commands.find((each) => isNamed(each, word)) : undefined;
      if (inner) command = inner;
      else position++;
    }
  }
  return { command, position, pending };
}

const isNamed = (command: Command, word: string) => command.name() === word || command.aliases().includes(word);

/** An option that takes the next word as its value. */
function valueOption(command: Command, word: string): Option | undefined {
  const option = command.options.find(({ long, short }) => word === long || word === short);
  return option && (option.required || option.optional) ? option : undefined;
}

function optionsOf(command: Command, current: string): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({ word: option.long ?? option.short ?? '', description: option.description }))
    .filter(({ word }) => word.startsWith(current));
}

const choicesOf = (choices: readonly string[] = []): readonly Candidate[] =>
  choices.map((word) => ({ word, description: '' }));

function lastVariadic({ registeredArguments }: Command) {
  const last = registeredArguments.at(-1);
  return last?.variadic ? last : undefined;
}
