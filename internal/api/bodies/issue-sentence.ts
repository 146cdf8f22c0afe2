import type { z } from 'zod';
import { echo } from '../../domain/text/echo.js';

export interface FieldSentence {
  readonly message: string;
  readonly field: string | undefined;
}

/** Maximum number of unknown fields of one object that are named. */
const MAX_KEYS = 20;

const KIND: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  array: 'a list',
  record: 'an object of strings',
  object: 'an object',
};

/** Describes an issue of a schema in sentences for the caller, with one sentence per unknown field. */
export function sentencesFor(issue: z.core.$ZodIssue): readonly FieldSentence[] {
  const [top] = issue.path;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_KEYS).map((key) => ({
      message: `there is no field ${quoted([...issue.path, key].join('.'))}`,
      field: echo(String(top ?? key)),
    }));
  }
  if (issue.code === 'invalid_union') {
    const intended = issue.errors.find(isIntended);
    if (intended) return intended.flatMap((one) => sentencesFor({ ...one, path: [...issue.path, ...one.path] }));
  }
  const name = nameOf(issue) || 'the body';
  return [{ message: sentence(name, issue), field: pointerOf(issue) ?? (top === undefined ? undefined : String(top)) }];
}

/** A value with a syntax of its own names the place of a mistake by a JSON pointer, which begins at the body. */
function pointerOf(issue: z.core.$ZodIssue): string | undefined {
  const within: unknown = issue.code === 'custom' ? issue.params?.pointer : undefined;
  return typeof within === 'string' ? `/${issue.path.join('/')}${within}` : undefined;
}

/** Problems of a value as a whole, by which it is of another form. */
const OTHER_FORM: ReadonlySet<string | undefined> = new Set([
  'invalid_type',
  'invalid_value',
  'invalid_format',
  'invalid_union',
]);

/** Of several forms, the intended one has the right kind as a whole, so that its problems are inside the value. */
function isIntended(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.every(({ path, code }) => path.length > 0 || !OTHER_FORM.has(code));
}

/**
 * A sentence of our own about an entry of a list describes the entry, so that the index, a term of the parser, is left
 * out.
 */
function nameOf({ code, path }: z.core.$ZodIssue): string {
  const told = code === 'custom' && typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;
  return echo(told.map(String).join('.'));
}

function sentence(name: string, issue: z.core.$ZodIssue): string {
  if (isAbsent(issue)) return `${name} is a required field`;
  switch (issue.code) {
    case 'invalid_type':
      // A field with a form of its own says what it must be, with an example. The parser's sentences begin otherwise.
      if (!issue.message.startsWith('Invalid input')) return `${name} ${issue.message}`;
      return `${name} must be ${KIND[issue.expected] ?? `of type ${issue.expected}`}`;
    case 'too_small':
      if (issue.origin === 'string') return `${name} is a required field`;
      return `${name} must be at least ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `${name} has at most ${issue.maximum} characters`;
      if (issue.origin === 'array') return `${name} has at most ${issue.maximum} entries`;
      return `${name} must be at most ${issue.maximum}`;
    case 'invalid_union':
      return `${name} ${issue.message}`;
    case 'invalid_key':
      return issue.issues[0] ? sentence(name, issue.issues[0]) : `${name}: the key is not allowed`;
    case 'invalid_value':
      return `${name} must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return `${name}: ${issue.message}`;
  }
}

/** Whether no value was given in any of the possible forms. */
function isAbsent({ code, input }: z.core.$ZodIssue): boolean {
  return input === undefined && (code === 'invalid_type' || code === 'invalid_union' || code === 'invalid_value');
}

function quoted(key: string): string {
  return JSON.stringify(echo(key));
}
