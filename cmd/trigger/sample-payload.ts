import { usageError } from '../command-failed.js';
import { unlessTooDeep } from '../too-deep.js';

/** A number is kept as its text, because integers above 2^53 would change. */
const TOKEN = /"(?:\\.|[^"\\])*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARKED = /"\\u0001(-?\d[\d.eE+-]*)"/g;

type Json = string | boolean | null | Json[] | { [name: string]: Json };

/**
 * Sets values in a JSON text: `customer.name=Ada`, `items.0.id=17`. A value that is JSON is used as such, and any other
 * one is a text. Members that are missing on the way are made. @throws {CommandFailed} if a path leads nowhere
 */
export function withValues(example: string, assignments: readonly string[]): string {
  if (assignments.length === 0) return example;
  return unlessTooDeep(
    () => {
      let root = parse(example);
      for (const assignment of assignments) root = assign(root, assignment);
      return JSON.stringify(root).replaceAll(MARKED, '$1');
    },
    () => {
      throw usageError('--data is nested too deeply for --set.', 'Put the values into the file.');
    },
  );
}

/** Numbers become texts with a mark, which no JSON text contains unescaped. */
const parse = (text: string): Json =>
  JSON.parse(text.replaceAll(TOKEN, (token) => (token.startsWith('"') ? token : `"\\u0001${token}"`))) as Json;

function assign(root: Json, assignment: string): Json {
  const equals = assignment.indexOf('=');
  if (equals < 1) throw usageError(`--set ${assignment}: write it as path=value, such as customer.name=Ada`);
  const steps = assignment.slice(0, equals).split('.');
  return put(root, steps, { value: givenValue(assignment.slice(equals + 1)), assignment });
}

interface Assigned {
  readonly value: Json;
  readonly assignment: string;
}

function put(at: Json | undefined, [step, ...rest]: readonly string[], assigned: Assigned): Json {
  if (step === undefined) return assigned.value;
  const refused = (why: string) => usageError(`--set ${assigned.assignment}: ${why}`);
  if (step === '') throw refused('a path has names between its dots');
  const isPlace = typeof at === 'object' && at !== null;
  if (at !== undefined && !isPlace) throw refused(`there is a value in front of "${step}", which has no members`);
  if (!Array.isArray(at)) {
    const members = new Map(Object.entries(at ?? {}));
    members.set(step, put(members.get(step), rest, assigned));
    return Object.fromEntries(members);
  }
  const index = Number(step);
  if (!/^\d+$/.test(step) || index > at.length) throw refused(`"${step}" is not a place in a list of ${at.length}`);
  return [...at.slice(0, index), put(at[index], rest, assigned), ...at.slice(index + 1)];
}

function givenValue(text: string): Json {
  try {
    return parse(text);
  } catch {
    return text;
  }
}
