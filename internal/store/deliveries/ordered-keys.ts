import { AppError } from '../../errors.js';
import { noteObject } from '../audit/audited.js';
import { IS_SENT_TO } from '../journal/claim/order.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import type { Webhook } from '../webhooks/webhook-row.js';
import { orderValues } from './order-values.js';

/** An ordering key whose first delivery has failed. All deliveries behind it wait. */
export interface ParkedKey {
  /** The uuid that names the key in the API. */
  readonly orderKey: string;
  /** The key as its messages contain it; null if the whole webhook is one key, or the message is gone. */
  readonly value: string | null;
  readonly deliveryId: string;
  readonly attempts: number;
  readonly receivedAt: Date;
  /** The time of the first delivery's next attempt; null if the delivery is parked or its webhook is suspended. */
  readonly dueAt: Date | null;
  /** Number of owed deliveries of the key, the first included, counted up to a bound. */
  readonly owed: number;
}

interface KeyRow {
  readonly order_key: string;
  readonly id: string;
  readonly attempts: number;
  readonly received_at: Date;
  readonly due_at: Date | null;
  readonly owed: number;
  readonly message_id: string;
  readonly message_received_at: string;
}

const MAX_COUNTED = 10_000;
/**
 * Maximum number of keys that the query walks through, which takes 200 ms. Of the keys beyond, it finds those whose
 * next attempt has a time.
 */
const MAX_KEYS = 10_000;

const PARKED = `
  with recursive walked as (
    (select order_key, 1 as step from deliveries where webhook_id = :id and order_key is not null order by order_key limit 1)
    union all
    select next.order_key, step + 1 from walked cross join lateral (
      select d.order_key from deliveries d where d.webhook_id = :id and d.order_key > walked.order_key
      order by d.order_key limit 1
    ) as next
    where step < :keys
  ), keys as (
    select order_key from walked
    union
    (select order_key from deliveries
     where webhook_id = :id and owner is null and due_at < 'infinity' and order_key is not null and attempts > 0
     order by due_at limit :limit)
  )
  select keys.order_key, first.id, first.attempts, first.received_at, counted.owed,
    first.message_id, first.received_at::text as message_received_at,
    case when isfinite(first.due_at) and ${IS_SENT_TO} then first.due_at end as due_at
  from keys
  join webhooks w on w.id = :id
  cross join lateral (
    select * from deliveries d where d.webhook_id = :id and d.order_key = keys.order_key order by d.order_no limit 1
  ) as first
  cross join lateral (
    select count(*)::int as owed from (
      select from deliveries d where d.webhook_id = :id and d.order_key = keys.order_key limit :most
    ) as counted_rows
  ) as counted
  where first.attempts > 0
  order by order_key limit :limit`;

/** Lists at most `limit` keys of a webhook in which a delivery has failed, in the order of their uuids. */
export async function listParkedKeys(db: Db, webhook: Webhook, limit: number): Promise<readonly ParkedKey[]> {
  const { rows }: { rows: KeyRow[] } = await db.raw(PARKED, {
    id: webhook.id,
    most: MAX_COUNTED,
    keys: MAX_KEYS,
    limit,
  });
  const messages = rows.map((row) => ({ messageId: row.message_id, receivedAt: row.message_received_at }));
  const values = await orderValues(db, webhook.settings.ordering, messages);
  return rows.map((row) => ({
    orderKey: row.order_key,
    value: values.get(row.message_id) ?? null,
    deliveryId: row.id,
    attempts: row.attempts,
    receivedAt: row.received_at,
    dueAt: row.due_at,
    owed: row.owed,
  }));
}

const SKIP = `
  with first as (
    select * from deliveries where webhook_id = :webhookId and order_key = :orderKey order by order_no limit 1
  ), gone as (
    delete from deliveries d using first where d.id = first.id and d.owner is null and d.attempts > 0
    returning d.id, d.message_id, d.received_at, d.webhook_id, d.attempts
  ), buried as (
    insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because, event, created_by_id)
    select gone.id, gone.message_id, gone.received_at, gone.webhook_id, gone.attempts, now(), 'released', m.subject, w.created_by_id
    from gone join webhooks w on w.id = gone.webhook_id
    left join lateral (
      select subject from messages where messages.id = gone.message_id and messages.received_at = gone.received_at offset 0
    ) as m on true
    on conflict do nothing
  )
  select (select count(*)::int from first) as found, (select id from gone) as released,
    (select space_id from webhooks where id = :webhookId) as space_id`;

interface Skipped {
  readonly found: number;
  /** The id of the delivery. */
  readonly released: string | null;
  readonly space_id: string;
}

/**
 * Turns the first delivery of a key into a dead letter, so that the next ones are sent. The dead letter can be retried
 * later.
 */
export async function skipFirst(db: Db, webhookId: number, orderKey: string): Promise<void> {
  const skipped = await inTransaction(db, async (trx) => {
    const { rows }: { rows: Skipped[] } = await trx.raw(SKIP, { webhookId, orderKey });
    const [row] = rows;
    const delivery = { after: row?.released };
    if (row?.released)
      noteObject(trx, {
        object: `webhook:${webhookId}`,
        spaceId: Number(row.space_id),
        changes: { order_key: { after: orderKey }, delivery },
      });
    return row;
  });
  if (skipped?.released) return;
  if (!skipped?.found) throw new AppError('not_found', 'Record not found');
  throw new AppError('conflict', 'the first delivery of this key is being sent right now, or has not failed yet');
}
