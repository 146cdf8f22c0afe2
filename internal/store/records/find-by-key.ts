import type { Spaces } from '../../identity/principal.js';
import type { Db } from '../postgres/knex.js';

/** An event with a key. */
export interface KeyedEvent {
  readonly id: number;
  readonly key: string;
  readonly subject: string;
}

/** The events with these keys that are not deleted. */
export async function findEventsByKeys(db: Db, keys: readonly string[]): Promise<readonly KeyedEvent[]> {
  return db('events')
    .whereRaw('key = any(?::text[])', [[...keys]])
    .whereNull('deleted_at')
    .select('id', 'key', 'event as subject');
}

/** A webhook with a key, and its space. */
export interface KeyedWebhook {
  readonly id: number;
  readonly spaceId: number;
}

/** The webhooks with the key that are not deleted, in these spaces. There is at most one in each space. */
export async function findWebhooksByKey(
  db: Db,
  key: string,
  { spaces, limit }: { readonly spaces: Spaces; readonly limit: number },
): Promise<readonly KeyedWebhook[]> {
  const found = db('webhooks').where({ key }).whereNull('deleted_at').orderBy('space_id').limit(limit);
  if (spaces !== 'all') found.whereRaw('space_id = any(?::bigint[])', [[...spaces]]);
  const rows: { id: number; space_id: string }[] = await found.select('id', 'space_id');
  return rows.map(({ id, space_id }) => ({ id, spaceId: Number(space_id) }));
}

/** Whether the webhook exists, and belongs to one of the spaces. Its space never changes. */
export async function isWebhookIn(db: Db, id: number, spaces: readonly number[]): Promise<boolean> {
  const found = db('webhooks')
    .where({ id })
    .whereNull('deleted_at')
    .whereRaw('space_id = any(?::bigint[])', [[...spaces]]);
  return (await found.first('id')) !== undefined;
}
