import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import dotenv from 'dotenv';
import { FAILSAFE_SCHEMA, loadAll, YAMLException } from 'js-yaml';
import { messageOf } from '../internal/errors.js';
import { type SourceValues, toSourceValues } from './source-values.js';

/** The failsafe schema leaves all scalars text: a password `0123` must not become a number. */
const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  'config.yml': (text) => onlyOne(loadAll(text, { schema: FAILSAFE_SCHEMA })),
  'config.json': (text) => JSON.parse(text),
  'config.env': (text) => dotenv.parse(text),
};

/** The values of a file that does not exist. */
export const NOTHING: SourceValues = { values: {}, names: {}, problems: [] };

/** The keys in the configuration file of a directory. No file is no problem, two are one: which of them was meant? */
export function readConfigFile(directory: string): SourceValues {
  const [file, second] = Object.keys(PARSERS).filter((name) => existsSync(join(directory, name)));
  if (!file) return NOTHING;
  if (second) return refusal(`there is ${file} and ${second}: keep one of them`);
  try {
    const content = PARSERS[file]?.(readFileSync(join(directory, file), 'utf8')) ?? {};
    if (typeof content !== 'object' || Array.isArray(content))
      return refusal(`${file} must consist of keys and values`);
    return fromEntries(file, Object.entries(content));
  } catch (error) {
    return refusal(`${file} cannot be read: ${where(error)}`);
  }
}

/** `load` refuses a file without a document, which one that is all comments is. */
function onlyOne(documents: readonly unknown[]): unknown {
  if (documents.length > 1) throw new Error('it has more than one document');
  return documents[0];
}

function fromEntries(file: string, entries: readonly (readonly [string, unknown])[]): SourceValues {
  const texts = entries.map(([key, value]) => ({ key, text: textOf(value) }));
  const pairs = texts.flatMap(({ key, text }) => (text === undefined ? [] : [[key, text] as const]));
  const nested = texts.filter(({ text }) => text === undefined);
  const values = toSourceValues(pairs, (key) => `${key} (in ${file})`);
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

function refusal(problem: string): SourceValues {
  return { ...NOTHING, problems: [problem] };
}

/** A parser's own message may show a piece of the file, and with it a secret. */
function where(error: unknown): string {
  if (!(error instanceof YAMLException))
    return error instanceof SyntaxError ? 'it is not valid JSON' : messageOf(error);
  return `${error.reason}${error.mark ? ` in line ${error.mark.line + 1}` : ''}`;
}
