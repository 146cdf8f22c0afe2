import { nearestWord } from '../internal/domain/text/nearest-word.js';
import { parsed } from '../internal/domain/text/parsed.js';
import { findKey, keyNames } from './schema.js';
import { readSecretFile } from './secrets/secret-file.js';
import { secretSourceOf } from './secrets/secret-source.js';

/** Texts by the name of their key. */
export type Texts = Readonly<Partial<Record<string, string>>>;

/** The values of one source, as text, and the problems found in them. */
export interface SourceValues {
  readonly values: Texts;
  /** The commands that print values of secrets, in place of `values`. They were not run yet. */
  readonly commands: Texts;
  /** How each of them is written in the source, for messages. */
  readonly names: Texts;
  readonly problems: readonly string[];
  /** A sentence for each part that is ignored, although it may have been meant for hukz. */
  readonly warnings: readonly string[];
}

export interface SourceOptions {
  /** Whether the source may name programs to run. A file in the present directory may be that of another person. */
  readonly mayRun: boolean;
  /** Other programs have names in this source too, so that only a name like a key is refused. */
  readonly sharesNames: boolean;
}

/**
 * Sorts names and texts by key. Upper and lower case of names are the same.
 * @param nameOf how a key is written in this source, for messages
 */
export function toSourceValues(
  pairs: Iterable<readonly [string, string]>,
  nameOf: (key: string) => string,
  options: SourceOptions,
): SourceValues {
  const values: Partial<Record<string, string>> = {};
  const commands: Partial<Record<string, string>> = {};
  const names: Partial<Record<string, string>> = {};
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [written, text] of pairs) {
    const name = written.toUpperCase();
    const listed = findKey(name)?.name;
    const source = listed ? undefined : secretSourceOf(name);
    const key = listed ?? source?.key;
    // Kept empty, as in a template that was not filled in, it names no file and no command.
    if (source && text === '') continue;
    if (!key) {
      const nearest = nearestWord(name, keyNames);
      const isForeign = options.sharesNames && nearest === undefined;
      (isForeign ? warnings : problems).push(unknownKey(nameOf(written), nearest, nameOf));
    } else if (values[key] !== undefined || commands[key] !== undefined)
      problems.push(twice(key, names[key], nameOf(written)));
    else if (source?.from === 'command' && !options.mayRun)
      problems.push(`${nameOf(written)} is read from the environment only, because it names a program to run`);
    else if (source?.from === 'command') {
      commands[key] = text;
      names[key] = nameOf(written);
    } else {
      const value = source ? readSecretFile(text) : parsed(text);
      if (!value.ok) problems.push(`${nameOf(written)}: ${value.problem}`);
      values[key] = value.ok ? value.value : '';
      names[key] = nameOf(written);
    }
  }
  return { values, commands, names, problems, warnings };
}

function twice(key: string, first: string | undefined, second: string): string {
  return first === undefined || first.toUpperCase() === second.toUpperCase()
    ? `${first ?? second} is given twice`
    : `${key} is given twice, as ${first} and as ${second}: keep one of them`;
}

function unknownKey(written: string, nearest: string | undefined, nameOf: (key: string) => string): string {
  const advice = nearest ? `; did you mean ${nameOf(nearest)}?` : ': docs/configuration.md lists all keys';
  return `unknown config param ${written}${advice}`;
}
