import type { Cursor } from '../../postgres/keyset.js';
import type { Db } from '../../postgres/knex.js';
import { firstRows } from '../../postgres/pages/merge-ordered.js';
import { matchingLogs } from '../log-filter.js';
import { LOGS_ORDER } from '../webhook-logs.js';
import type { DeliveryFilter } from './list-filter.js';
import { nameCreators } from './visible-logs.js';
import { MICROSECONDS, type WindowRow } from './window-row.js';

const FITS = `(:webhook::int is null or page.webhook_id = :webhook::int)
  and (:subject::text is null or page.event = :subject::text)`;

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

/**
 * Reads logs of ended deliveries in the order of the index of users. The webhook and the subject are compared
 * afterwards: PostgreSQL cannot know how rare a webhook is, and would look for one without logs among all logs of the
 * user.
 */
export async function readEndedWindow(
  db: Db,
  outcome: 'delivered' | 'cancelled',
  { visible, webhookId, subject, since, until }: DeliveryFilter,
  { cursor, rows, most }: { readonly cursor: Cursor | undefined; readonly rows: number; readonly most: number },
): Promise<readonly WindowRow[]> {
  const named = await nameCreators(db, visible);
  const matching = matchingLogs(db, { visible: named, tags: [], outcome, since, until });
  const newest = firstRows(db, matching, {
    order: LOGS_ORDER,
    columns: ['delivery_id', 'message_id', 'received_at', 'webhook_id', 'event', 'created_at', 'id'],
    cursor: cursor && [cursor[0] ?? '', cursor[2] ?? ''],
    rows,
  });
  const page = db
    .from(newest.as('newest'))
    .select('*', db.raw('row_number() over (order by created_at desc, id desc) as n'));
  const fits = db.raw(`(${FITS} and ${isStill(outcome)})`, { webhook: webhookId ?? null, subject: subject ?? null });
  return db
    .from(page.as('page'))
    .whereRaw('(? or n = ?)', [fits, rows])
    .orderBy('n')
    .limit(most)
    .select(
      'delivery_id',
      'message_id',
      'webhook_id',
      db.raw('received_at::text as received_at'),
      db.raw(`${MICROSECONDS('created_at')} as cursor_at`),
      db.raw('delivery_id::text as cursor_id'),
      db.raw('id::text as cursor_no'),
      db.raw('n = ? as last', [rows]),
      db.raw('? as fits', [fits]),
    );
}
