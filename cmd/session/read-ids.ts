import { text } from 'node:stream/consumers';
import { usageError } from '../command-failed.js';
import type { Session } from './session.js';

/** The ids in the arguments. A `-` means those on standard input, separated by spaces or lines. */
export async function readIds({ here }: Session, args: readonly string[]): Promise<readonly string[]> {
  const given = args.filter((arg) => arg !== '-' && arg !== '');
  const piped = !args.includes('-') ? [] : (await text(here.streams.stdin)).split(/\s+/).filter(Boolean);
  return [...given, ...piped];
}

/** An id, or `key:<key>`. @throws {CommandFailed} for any other text */
export function readReference(text: string, what: string): number | `key:${string}` {
  if (isKey(text)) return text;
  const id = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(id)) return id;
  throw usageError(`"${text}" is not ${what}.`, `Give its id, such as 17, or its key, such as key:shop/orders.`);
}

const isKey = (text: string): text is `key:${string}` => text.startsWith('key:');
