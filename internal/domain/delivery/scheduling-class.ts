import type { CatalogWebhook } from '../matching/catalog.js';

/**
 * The scheduling classes of a webhook, from the widest to the narrowest: its space, the user who created it, and the
 * origin of its URL. The classes inside a class divide its share. A user has a single share in all spaces together; see
 * `ClassTree`.
 */
export type ClassPath = readonly [space: number, user: number, origin: string];

/** The classes of a webhook that is not in the catalog. Its deliveries are cancelled without a request. */
const UNKNOWN: ClassPath = [-1, -1, ''];

/** Makes a function that returns the classes of webhooks. They are computed once per webhook object of the catalog. */
export function makeClassPaths(): (webhook: CatalogWebhook | undefined) => ClassPath {
  const known = new WeakMap<CatalogWebhook, ClassPath>();
  return (webhook) => {
    if (!webhook) return UNKNOWN;
    const path = known.get(webhook) ?? [webhook.spaceId, webhook.createdById, originOf(webhook.url)];
    known.set(webhook, path);
    return path;
  };
}

/**
 * Normalizes an origin, because `HTTP://A.example` and `http://a.example:80` are the same. A URL that cannot be sent to
 * is an origin of its own.
 */
function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return url;
  }
}
