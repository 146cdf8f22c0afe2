import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../internal/errors.js';
import { usageError } from '../command-failed.js';
import type { Invocation } from '../invocation.js';
import type { SourceFile } from './read-documents.js';

const FORMS = /\.(?:ya?ml|json)$/i;

/** Reads the files that `-f` names: a file, all YAML and JSON files of a directory by name, or `-` for stdin. */
export async function readFiles(
  { cwd, streams }: Pick<Invocation, 'cwd' | 'streams'>,
  names: readonly string[],
): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  for (const name of names) {
    if (name === '-') files.push({ name: 'stdin', text: await text(streams.stdin) });
    else for (const file of await filesAt(cwd, name)) files.push({ name: file, text: await read(cwd, file) });
  }
  return files;
}

async function filesAt(cwd: string, name: string): Promise<readonly string[]> {
  const found = await stat(resolve(cwd, name)).catch((error: unknown) => {
    throw usageError(`"${name}" cannot be read: ${messageOf(error)}`, 'Give a file, a directory, or - for stdin.');
  });
  if (!found.isDirectory()) return [name];
  const files = (await readdir(resolve(cwd, name))).filter((file) => FORMS.test(file) && !file.startsWith('.'));
  if (files.length === 0)
    throw usageError(`The directory "${name}" has no files with the ending .yml, .yaml or .json.`);
  return files.sort().map((file) => join(name, file));
}

async function read(cwd: string, name: string): Promise<string> {
  return readFile(resolve(cwd, name), 'utf8').catch((error: unknown) => {
    throw usageError(`"${name}" cannot be read: ${messageOf(error)}`);
  });
}
