import { after, inOrder } from '../../postgres/keyset.js';
import type { Db } from '../../postgres/knex.js';
import { matchingLogs } from '../log-filter.js';
import { LOGS_ORDER } from '../webhook-logs.js';
import type { DeliveryFilter } from './list-filter.js';
import { MICROSECONDS, type WindowRow } from './window-row.js';

/**
 * A delivery is listed once, by its newest log of the outcome, and not while it is owed again or was given up since.
 */
const isStill = (outcome: 'delivered' | 'cancelled') => `
  (select d.id from deliveries d where d.id = page.delivery_id) is null
  and (select d.id from dead_letters d where d.id = page.delivery_id) is null
  and not exists (
    select from webhook_logs l
    where l.delivery_id = page.delivery_id and l.created_at >= page.received_at - interval '1 day'
      and (l.outcome = '${outcome}' and (l.created_at, l.id) > (page.created_at, page.id)${
        outcome === 'cancelled' ? ` or l.outcome = 'delivered'` : ''
      })
  )`;

/** Reads the logs of ended deliveries as the list of logs does: by the same filter, from the same indexes. */
export async function readEndedWindow(
  db: Db,
  outcome: 'delivered' | 'cancelled',
  { visible, webhookId, subject, since, until }: DeliveryFilter,
  { cursor, rows }: { readonly cursor: readonly string[] | undefined; readonly rows: number },
): Promise<readonly WindowRow[]> {
  const matching = matchingLogs(db, { visible, tags: [], webhookId, subject, outcome, since, until });
  if (cursor) after(matching, LOGS_ORDER, [cursor[0] ?? '', cursor[2] ?? '']);
  const page = inOrder(matching, LOGS_ORDER)
    .select('delivery_id', 'message_id', 'received_at', 'webhook_id', 'created_at', 'id')
    .limit(rows);
  return db
    .from(page.as('page'))
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .select(
      'delivery_id',
      'message_id',
      'webhook_id',
      db.raw('received_at::text as received_at'),
      db.raw(`${MICROSECONDS('created_at')} as cursor_at`),
      db.raw('delivery_id::text as cursor_id'),
      db.raw('id::text as cursor_no'),
      db.raw('row_number() over (order by created_at desc, id desc) = ?::int as last', [rows]),
      db.raw(`${isStill(outcome)} as fits`),
    );
}
