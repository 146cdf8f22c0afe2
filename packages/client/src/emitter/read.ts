import { invalid } from './emitter-error.js';

/** Reads the value of an argument or of a member, which is undefined if it is absent. @throws {EmitterError} */
export type Reader<T> = (source: string, value: unknown) => T;
/** A reader for each member of an object, so that the members are listed once. */
export type ReadersOf<T> = { readonly [Name in keyof T]-?: Reader<unknown> };
type Read<Readers> = { readonly [Name in keyof Readers]: Readers[Name] extends Reader<infer T> ? T : never };

export interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}

const MAX_ECHO = 100;

/** Makes a reader of an optional whole number. */
export const wholeNumber =
  ({ min, max, fallback }: NumberRule): Reader<number> =>
  (source, value) => {
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && min <= value && value <= max) return value;
    throw invalid(source, `must be a whole number from ${min} to ${max}`);
  };

/** Reads an optional text. */
export function readText(source: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(source, 'must be a text');
}

/** Reads an optional truth value, which is false if it is absent. */
export function readFlag(source: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw invalid(source, 'must be true or false');
}

/** Returns the members of an object. An absent object has none. */
export function membersOf(source: string, value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(source, 'must be an object');
  return { ...value };
}

/** Reads an object that has no other members than those with a reader. @throws {EmitterError} */
export function readMembers<Readers extends Readonly<Record<string, Reader<unknown>>>>(
  source: string,
  value: unknown,
  readers: Readers,
): Read<Readers> {
  const members = membersOf(source, value);
  const names = Object.keys(readers);
  const unknown = Object.keys(members).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw invalid(source, `there is no "${shortened(unknown)}"; the members are ${names.join(', ')}`);
  const read = Object.entries(readers).map(([name, reader]) => [name, reader(`${source}.${name}`, members[name])]);
  return Object.fromEntries(read) as Read<Readers>;
}

/** A text of a caller as a message repeats it. */
export const shortened = (text: string) => (text.length <= MAX_ECHO ? text : `${text.slice(0, MAX_ECHO - 1)}…`);
