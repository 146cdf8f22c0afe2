import { environmentVariable } from '../environment.js';

/** A place for the value of an environment variable, which is read when the definition is applied. */
export class Env {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Uses the value of an environment variable, so that a definition contains no secret. */
export const env = (name: string): Env => new Env(name);

/** The same type, in which every text may be an `env(…)`. */
export type WithEnv<T> = T extends string
  ? T | Env
  : T extends readonly (infer Each)[]
    ? readonly WithEnv<Each>[]
    : T extends object
      ? { [Name in keyof T]: WithEnv<T[Name]> }
      : T;

/**
 * Puts values in the places of variables, however deep they are.
 * @param missing receives the names of variables that have no value
 */
export function fillIn(value: unknown, missing: Set<string>): unknown {
  if (value instanceof Env) {
    const found = environmentVariable(value.name);
    if (found === undefined) missing.add(value.name);
    return found;
  }
  if (Array.isArray(value)) return value.map((each) => fillIn(each, missing));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fillIn(each, missing)]));
}
