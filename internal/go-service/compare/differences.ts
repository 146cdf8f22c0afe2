/** A place at which two answers differ. */
export interface Difference {
  /** The place in the answer, with `[]` for any element: `nodes[].tags`. `status` is the HTTP status. */
  readonly place: string;
  /** The id of the event, webhook or log in which the place is. */
  readonly of?: unknown;
  readonly old: unknown;
  readonly ours: unknown;
}

/** A member that an answer does not have. */
export const ABSENT = Symbol('absent');

/**
 * Compares two JSON values. Elements of lists are compared by their ids if they have some, so that a missing element is
 * one difference.
 */
export function differencesOf(old: unknown, ours: unknown, place = '', of?: unknown): readonly Difference[] {
  if (Object.is(old, ours)) return [];
  if (Array.isArray(old) && Array.isArray(ours)) return inLists(old, ours, `${place}[]`);
  if (isObject(old) && isObject(ours)) {
    const names = new Set([...Object.keys(old), ...Object.keys(ours)]);
    const within = 'id' in old ? old.id : of;
    return [...names].flatMap((name) =>
      differencesOf(memberOf(old, name), memberOf(ours, name), place === '' ? name : `${place}.${name}`, within),
    );
  }
  return [{ place, old, ours, ...(of !== undefined && { of }) }];
}

function inLists(old: readonly unknown[], ours: readonly unknown[], place: string): readonly Difference[] {
  const [before, after] = [byId(old), byId(ours)];
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].flatMap((key) =>
    differencesOf(before.has(key) ? before.get(key) : ABSENT, after.has(key) ? after.get(key) : ABSENT, place, key),
  );
}

function byId(list: readonly unknown[]): ReadonlyMap<unknown, unknown> {
  return new Map(list.map((each, index) => [isObject(each) && 'id' in each ? each.id : index, each]));
}

const memberOf = (of: Readonly<Record<string, unknown>>, name: string) => (Object.hasOwn(of, name) ? of[name] : ABSENT);

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
