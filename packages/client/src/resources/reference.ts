import type { Space } from '../options.js';

/**
 * A webhook, an event or a space as the API names it: by its id, or by the key that you gave it, as `key:<key>`. The
 * key of a webhook is looked up in the space of the client.
 */
export type Reference = number | `key:${string}`;

/** The query of a path that names a webhook. An id is unique in all spaces, so it needs none. */
export function spaceFor(reference: Reference, space: Space | undefined): { space?: Space } {
  return typeof reference === 'number' || space === undefined ? {} : { space };
}

/** The space of a filter: the one that it gives, or that of the client. */
export function inSpace(
  { space }: { readonly space?: Space | string | undefined },
  ofClient: Space | undefined,
): { space?: Space | string } {
  const meant = space ?? ofClient;
  return meant === undefined ? {} : { space: meant };
}
