import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../internal/errors.js';
import { CommandFailed, usageError } from '../command-failed.js';
import type { LocalSession } from '../session/session.js';

/** The text of an argument: itself, the content of `@file`, or standard input for `-`. */
export async function readText({ here }: LocalSession, argument: string): Promise<string> {
  if (argument === '-') return text(here.streams.stdin);
  if (!argument.startsWith('@')) return argument;
  const path = resolve(here.cwd, argument.slice(1));
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandFailed(`${path} cannot be read: ${messageOf(error)}`);
  });
}

/** The fields that `--data`, or an argument with another name, gives: a JSON object, as the API has them. */
export async function readData(session: LocalSession, data: string | undefined, name = '--data'): Promise<object> {
  if (data === undefined) return {};
  const json = await readText(session, data);
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch (error) {
    throw usageError(
      `${name} is not JSON: ${messageOf(error)}`,
      `Give an object, such as '{"timeout":"10s"}', or @file.`,
    );
  }
  throw usageError(`${name} is not a JSON object.`, `Give an object, such as '{"timeout":"10s"}', or @file.`);
}

/** Tags from `--tag key:value`. @throws {CommandFailed} for a text without a colon */
export function readTags(texts: readonly string[] | undefined): Readonly<Record<string, string>> | undefined {
  if (texts === undefined) return undefined;
  const pairs = texts.map((tag) => {
    const colon = tag.indexOf(':');
    if (colon < 1) throw usageError(`--tag ${tag}: a tag is written key:value.`);
    return [tag.slice(0, colon), tag.slice(colon + 1)];
  });
  return Object.fromEntries(pairs);
}
