/**
 * A webhook, an event or a space as the API names it: by its id, or by the key that you gave it, as `key:<key>`. The
 * key of a webhook is looked up in the space of the client.
 */
export type Reference = number | `key:${string}`;

/** The query of a path that names a webhook. An id is unique in all spaces, so it needs none. */
export function spaceFor(reference: Reference, space: number | undefined): { space?: number } {
  return typeof reference === 'number' || space === undefined ? {} : { space };
}

/** Whether a filter names a webhook by its key. */
export const isKey = (filter: unknown) => typeof filter === 'string' && filter.startsWith('key:');
