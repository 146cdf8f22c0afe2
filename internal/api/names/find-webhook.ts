import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Db } from '../../store/postgres/knex.js';
import { findWebhooksByKey, isWebhookIn } from '../../store/records/find-by-key.js';
import { spaceNumberOf } from './find-space.js';
import type { Reference } from './reference.js';

/** Enough to see that a key is ambiguous, and to name two of the spaces. */
const MAX_FOUND = 2;

export interface NamedWebhook {
  readonly webhook: Reference;
  /** The space that the caller names. */
  readonly space: Reference | undefined;
}

/**
 * Returns the id of the webhook that a caller names. For a caller of some spaces, webhooks of others do not exist. For
 * a caller of all spaces an id is returned as it is, without a query, because reading the webhook shows whether it
 * exists; the space is not looked up then. A key is looked up in the given space, or in all spaces of the caller.
 * @throws {AppError} `not_found`, or `conflict` if webhooks of several spaces have the key
 */
export async function findWebhookId(db: Db, caller: Principal, { webhook, space }: NamedWebhook): Promise<number> {
  if (typeof webhook === 'number') {
    if (caller.spaces === 'all' || (await isWebhookIn(db, webhook, caller.spaces))) return webhook;
    throw new AppError('not_found', 'Record not found');
  }
  const named = space === undefined ? undefined : await spaceNumberOf(db, caller, { space, source: 'space' });
  const spaces = named === undefined ? caller.spaces : [named];
  const [found, another] = await findWebhooksByKey(db, webhook.key, { spaces, limit: MAX_FOUND });
  if (!found) throw new AppError('not_found', 'Record not found');
  if (!another) return found.id;
  const sentence = `webhooks of several spaces have the key "${webhook.key}": name one, such as ?space=${found.spaceId} or ?space=${another.spaceId}`;
  throw new AppError('conflict', sentence, 'space');
}

/** The same for a filter, which need not name a webhook. */
export async function findFilteredId(
  db: Db,
  caller: Principal,
  { webhook, space }: { readonly webhook: Reference | undefined; readonly space: Reference | undefined },
): Promise<number | undefined> {
  return webhook === undefined ? undefined : findWebhookId(db, caller, { webhook, space });
}
