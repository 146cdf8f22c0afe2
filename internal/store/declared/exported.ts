import { type Event, type EventRow, toEvent } from '../catalog/event-row.js';
import type { Db } from '../postgres/knex.js';
import type { WebhookKey } from '../webhooks/webhooks.js';
import { SIZE } from './declared-webhooks.js';

interface Filter {
  readonly managedBy: string | undefined;
}

interface Page extends Filter {
  readonly afterId: number;
  readonly limit: number;
}

const matching = (db: Db, table: 'events' | 'webhooks', { managedBy }: Filter) => {
  const query = db(table).whereNull('deleted_at');
  return managedBy === undefined ? query : query.where({ managed_by: managedBy });
};

/** The numbers of objects without a key, which cannot be declared. */
export async function countWithoutKey(
  db: Db,
  { spaceId, ...filter }: Filter & { readonly spaceId: number },
): Promise<{ readonly events: number; readonly webhooks: number }> {
  const [events] = await matching(db, 'events', filter).whereNull('key').count('* as n');
  const [webhooks] = await matching(db, 'webhooks', filter).whereNull('key').where('space_id', spaceId).count('* as n');
  return { events: Number(events?.n), webhooks: Number(webhooks?.n) };
}

/** Events with a key and an id above `afterId`, by id. */
export async function findEventsAfter(db: Db, { afterId, limit, ...filter }: Page): Promise<readonly Event[]> {
  const rows: EventRow[] = await matching(db, 'events', filter)
    .whereNotNull('key')
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit);
  return rows.map(toEvent);
}

/** The ids and sizes of the webhooks of a space with a key and an id above `afterId`, by id. */
export async function listWebhooksAfter(
  db: Db,
  { spaceId, afterId, limit, ...filter }: Page & { readonly spaceId: number },
): Promise<readonly WebhookKey[]> {
  return matching(db, 'webhooks', filter)
    .whereNotNull('key')
    .where('space_id', spaceId)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .select('id', db.raw(`${SIZE} as bytes`));
}
