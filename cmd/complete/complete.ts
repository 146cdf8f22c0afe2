import type { Command } from 'commander';
import type { ConnectionOptions } from '../connection/connection.js';
import type { Invocation } from '../invocation.js';
import { plainLine } from '../output/plain.js';
import { candidatesFor } from './candidates.js';
import { LIMIT_MS, liveWords } from './live-words.js';
import { SCRIPTS, type Shell } from './scripts.js';

/** `hukz completion`: prints the script for a shell. */
export function printScript({ streams }: Invocation, shell: Shell): void {
  streams.stdout.write(SCRIPTS[shell]);
}

/** `hukz __complete`: prints what can be written in place of the last word. It never fails, because a shell asks. */
export async function complete(here: Invocation, program: Command, words: readonly string[]): Promise<void> {
  const { known, argument } = candidatesFor(program, words);
  const current = words.at(-1) ?? '';
  const live =
    argument === undefined ? [] : await liveWords(here, argument, { options: connectionIn(words), limitMs: LIMIT_MS });
  const found = [...known, ...live.filter(({ word }) => word.startsWith(current))];
  here.streams.stdout.write(
    found.map(({ word, description }) => `${plainLine(word)}\t${plainLine(description)}\n`).join(''),
  );
}

/** The options for the connection that are among the words. */
function connectionIn(words: readonly string[]): ConnectionOptions {
  const given = (option: string) => {
    const at = words.indexOf(option);
    const value = at < 0 ? undefined : words[at + 1];
    return value === undefined || value === '' ? {} : { [option.slice(2)]: value };
  };
  return Object.assign({}, ...['--url', '--token', '--user', '--space', '--context'].map(given));
}
