import { nearestKey } from './nearest-key.js';
import { type Key, keyNames } from './schema.js';

/** What one source gives, as text, and what is wrong with it. */
export interface GivenValues {
  readonly values: Readonly<Partial<Record<Key, string>>>;
  /** How each of them is written in the source, for messages. */
  readonly names: Readonly<Partial<Record<Key, string>>>;
  readonly problems: readonly string[];
}

/**
 * Sorts names and texts by key. Names are taken without regard to case.
 * @param nameOf how a key is written in this source, for messages
 */
export function giveValues(pairs: Iterable<readonly [string, string]>, nameOf: (key: string) => string): GivenValues {
  const values: Partial<Record<Key, string>> = {};
  const names: Partial<Record<Key, string>> = {};
  const problems: string[] = [];
  for (const [written, text] of pairs) {
    const name = written.toUpperCase();
    const key = keyNames.find((known) => known === name);
    if (!key) problems.push(unknownKey(nameOf(written), nearestKey(name, keyNames), nameOf));
    else if (values[key] !== undefined) problems.push(`${nameOf(key)} is given twice`);
    else {
      values[key] = text;
      names[key] = nameOf(written);
    }
  }
  return { values, names, problems };
}

function unknownKey(written: string, nearest: string | undefined, nameOf: (key: string) => string): string {
  return `unknown config param ${written}${nearest ? `; did you mean ${nameOf(nearest)}?` : ''}`;
}
