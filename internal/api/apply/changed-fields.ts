import { isDeepStrictEqual } from 'node:util';

type Json = Readonly<Record<string, unknown>>;

/**
 * Names what differs between two objects, by the members of their JSON, and one level below.
 */
export function changedFields(before: Json, after: Json): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => changedPlaces(name, before[name], after[name]));
}

function changedPlaces(name: string, before: unknown, after: unknown): readonly string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [name];
  const inner = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...inner].flatMap((each) => (isDeepStrictEqual(before[each], after[each]) ? [] : [`${name}.${each}`]));
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
