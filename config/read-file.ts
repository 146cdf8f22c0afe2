import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { YAMLException } from 'js-yaml';
import { TomlError } from 'smol-toml';
import { messageOf } from '../internal/errors.js';
import type { Environment } from './read-environment.js';
import { findKey } from './schema.js';
import { secretSourceOf } from './secrets/secret-source.js';
import { type SourceValues, toSourceValues } from './source-values.js';
import { FILE_FORMATS } from './sources/file-formats.js';

/** The values of a file that does not exist. */
export const NOTHING: SourceValues = { values: {}, commands: {}, names: {}, problems: [], warnings: [] };

export interface FileOptions {
  /** Whether the environment has all required keys, so that the file is not needed. */
  readonly isNeeded: boolean;
  /** The variables that `config.env` may name. */
  readonly env: Environment;
}

/** The keys in the configuration file of a directory: of several files the first one, as in the Go service. */
export function readConfigFile(directory: string, { isNeeded, env }: FileOptions): SourceValues {
  const [file, ...others] = Object.keys(FILE_FORMATS)
    .map((ending) => `config.${ending}`)
    .filter((name) => existsSync(join(directory, name)));
  if (!file) return NOTHING;
  const read = readOne(directory, file, env);
  const warnings = others.map((other) => `${other} is not read, because there is ${file}: keep one of them`);
  if (read.isUnusable && !isNeeded)
    return { ...NOTHING, warnings: [...warnings, `${file} is ignored: ${read.problems.join('; ')}`] };
  return { ...read, warnings: [...read.warnings, ...warnings] };
}

interface OneFile extends SourceValues {
  /** The file is broken, or most of its names are those of another program. */
  readonly isUnusable: boolean;
}

function readOne(directory: string, file: string, env: Environment): OneFile {
  try {
    const parse = FILE_FORMATS[file.slice('config.'.length)];
    const content = parse?.(readFileSync(join(directory, file), 'utf8'), env) ?? {};
    if (typeof content !== 'object' || Array.isArray(content))
      return unusable(`${file} must consist of keys and values`);
    const entries = Object.entries(content);
    const known = entries.filter(([name]) => isKnown(name)).length;
    return { ...fromEntries(file, entries), isUnusable: entries.length > 0 && known <= entries.length / 2 };
  } catch (error) {
    return unusable(`${file} cannot be read: ${where(error)}`);
  }
}

function isKnown(name: string): boolean {
  const key = name.toUpperCase();
  return findKey(key) !== undefined || secretSourceOf(key) !== undefined;
}

function fromEntries(file: string, entries: readonly (readonly [string, unknown])[]): SourceValues {
  const texts = entries.map(([key, value]) => ({ key, text: textOf(value) }));
  const pairs = texts.flatMap(({ key, text }) => (text === undefined ? [] : [[key, text] as const]));
  const nested = texts.filter(({ text }) => text === undefined);
  const values = toSourceValues(pairs, (key) => `${key} (in ${file})`, { mayRun: false, sharesNames: false });
  return {
    ...values,
    problems: [...values.problems, ...nested.map(({ key }) => `${key} (in ${file}) must be one value or a list`)],
  };
}

/** A value as the environment would give it; a list is joined by commas. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'object' ? undefined : String(value);
}

function unusable(problem: string): OneFile {
  return { ...NOTHING, problems: [problem], isUnusable: true };
}

/** A parser's own message may show a piece of the file, and with it a secret. */
function where(error: unknown): string {
  if (error instanceof YAMLException) return `${error.reason}${error.mark ? ` in line ${error.mark.line + 1}` : ''}`;
  if (error instanceof TomlError) return `it is not valid TOML in line ${error.line}`;
  return error instanceof SyntaxError ? 'it is not valid JSON' : messageOf(error);
}
