import type { Spaces } from '../../identity/principal.js';
import type { Db } from '../postgres/knex.js';

export interface WebhookIds {
  readonly spaces: Spaces;
  /** Only webhooks with a larger id. */
  readonly after: number;
  readonly limit: number;
  /** Webhooks that are returned although they are deleted. */
  readonly evenDeleted?: readonly number[];
}

/** The ids of webhooks of these spaces, in their order. */
export async function findWebhookIds(
  db: Db,
  { spaces, after, limit, evenDeleted = [] }: WebhookIds,
): Promise<readonly number[]> {
  const found = db('webhooks')
    .where('id', '>', after)
    .whereRaw('(deleted_at is null or id = any(?::int[]))', [[...evenDeleted]]);
  if (spaces !== 'all') found.whereRaw('space_id = any(?::bigint[])', [[...spaces]]);
  return found.orderBy('id').limit(limit).pluck('id');
}
