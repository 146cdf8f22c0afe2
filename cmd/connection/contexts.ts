import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dump, load, YAMLException } from 'js-yaml';
import { z } from 'zod';
import { nearestWord } from '../../internal/domain/text/nearest-word.js';
import { CommandFailed, usageError } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { configDirectory } from './config-directory.js';
import { isReference } from './secret-reference.js';

const text = z.union([z.string(), z.number()], 'must be a text or a number').transform(String);
/** Other parts of a URL may be secrets, and the file may be copied or shown. The client refuses them too. */
const hasOnlyPlace = (url: string) => {
  const { username, password, search, hash } = new URL(url);
  return username === '' && password === '' && search === '' && hash === '';
};
const context = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://hukz.example.com', abort: true })
    .refine(hasOnlyPlace, 'may not contain a user, a password, a query or a fragment: use --token'),
  /** A reference, never the token itself: the file may be copied or shown. */
  token: z.string().refine(isReference, 'must be a reference: env://NAME, file:///path or cmd://command').optional(),
  user: text.optional(),
  space: text.optional(),
  nats_context: z.string().optional(),
});
const file = z.strictObject({
  selected: z.string().optional(),
  contexts: z.record(z.string(), context).default({}),
});

export type Context = z.infer<typeof context>;
export type Contexts = z.infer<typeof file>;

const OTHERS_MAY_WRITE = 0o022;

export function contextsFile(here: Invocation): string {
  return join(configDirectory(here), 'contexts.yml');
}

/** The stored contexts: none if there is no file. @throws {CommandFailed} for a file that cannot be read, or trusted */
export async function readContexts(here: Invocation): Promise<Contexts> {
  const path = contextsFile(here);
  const written = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new CommandFailed(`${path} cannot be read: ${error.message}`);
  });
  if (written === '') return { contexts: {} };
  // A context may name a command to run.
  if (((await stat(path)).mode & OTHERS_MAY_WRITE) !== 0)
    throw new CommandFailed(`Other users may write ${path}, which can name commands to run.`, {
      advice: `Run "chmod 600 ${path}".`,
    });
  const { data, error } = file.safeParse(parseYaml(written, path));
  if (data) return data;
  const [issue] = error.issues;
  throw new CommandFailed(`${path}: ${issue?.path.join('.') || 'the file'} ${issue?.message}`);
}

function parseYaml(written: string, path: string): unknown {
  try {
    return load(written) ?? {};
  } catch (error) {
    if (error instanceof YAMLException) throw new CommandFailed(`${path} is no YAML: ${error.reason}`);
    throw error;
  }
}

/** The file is replaced as a whole, and only its owner can read it. */
export async function writeContexts(here: Invocation, contexts: Contexts): Promise<void> {
  const path = contextsFile(here);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, dump(contexts), { mode: 0o600 });
  await rename(fresh, path);
}

/** @throws {CommandFailed} if there is no such context */
export async function loadContext(here: Invocation, name: string): Promise<Context> {
  const { contexts } = await readContexts(here);
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (!found) throw noContext(name, Object.keys(contexts));
  return found;
}

export function noContext(name: string, known: readonly string[]): CommandFailed {
  const nearest = nearestWord(name, known);
  return new CommandFailed(`There is no context "${name}".`, {
    exitCode: EXIT.notFound,
    advice: nearest ? `Did you mean "${nearest}"?` : 'Create it: hukz context set <name> --url https://…',
  });
}

/** @throws {CommandFailed} for a value that is none, named by the option that gives it */
export function checkContext(given: unknown): Context {
  const { data, error } = context.safeParse(given);
  if (data) return data;
  const [issue] = error.issues;
  throw usageError(`--${String(issue?.path[0] ?? 'url').replace('_', '-')} ${issue?.message}.`);
}
