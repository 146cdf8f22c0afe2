import { IS_SENT_TO } from '../../journal/claim/order.js';
import type { Db } from '../../postgres/knex.js';
import { type DeliveryState, stateOf } from '../deliveries.js';
import type { DeliveryKey } from './list-filter.js';

/** A delivery as a list shows it. */
export interface ListedDelivery extends DeliveryKey {
  readonly state: DeliveryState;
  /** Null when the message is no longer kept and there was no attempt. */
  readonly subject: string | null;
  readonly attempts: number;
  /** The time of the next attempt, while the delivery is pending and its webhook is not suspended. */
  readonly dueAt: Date | null;
  /** The reason why the delivery was given up, while it is dead. */
  readonly because: string | null;
  /** The time at which the delivery was delivered, cancelled or given up, while it is in this state. */
  readonly endedAt: Date | null;
  /** Whether an instance sends the delivery, or is about to. */
  readonly isOwned: boolean;
  /** When the message was erased. */
  readonly erasedAt: Date | null;
}

interface Row {
  readonly due_at: Date | null;
  readonly held: boolean | null;
  readonly owned: boolean | null;
  readonly because: string | null;
  readonly attempts: number;
  readonly subject: string | null;
  readonly outcomes: readonly string[] | null;
  readonly delivered_at: Date | null;
  readonly cancelled_at: Date | null;
  readonly died_at: Date | null;
  readonly erased_at: Date | null;
}

/** Everything is looked up by keys, per delivery. ("Fence" in `sql-notes.md`.) */
const LOAD = `
  select m.erased_at, d.owned, x.because, x.died_at, l.outcomes, l.delivered_at, l.cancelled_at, coalesce(m.subject, l.subject, x.event) as subject,
    coalesce(d.attempts, x.attempts, l.attempts, 0) as attempts,
    case when isfinite(d.due_at) and not rests then d.due_at end as due_at,
    not isfinite(d.due_at) or (d.due_at <= now() and rests) as held
  from unnest(?::uuid[], ?::uuid[], ?::timestamptz[], ?::int[])
    with ordinality as k(id, message_id, received_at, webhook_id, place)
  left join lateral (
    select due_at, owner is not null as owned, attempts from deliveries where deliveries.id = k.id offset 0
  ) as d on true
  left join lateral (
    select because, died_at, attempts, event from dead_letters where dead_letters.id = k.id offset 0
  ) as x on true
  left join lateral (
    select d.owned is false and w.deleted_at is null and not ${IS_SENT_TO} as rests
    from webhooks w where w.id = k.webhook_id offset 0
  ) as w on true
  left join lateral (
    select max(attempt) as attempts, array_agg(distinct outcome) as outcomes, min(event) as subject,
      max(created_at) filter (where outcome = 'delivered') as delivered_at,
      max(created_at) filter (where outcome = 'cancelled') as cancelled_at
    from webhook_logs
    where delivery_id = k.id and created_at >= k.received_at - interval '1 day' offset 0
  ) as l on true
  left join lateral (
    select subject, erased_at from messages
    where messages.id = k.message_id and messages.received_at = k.received_at offset 0
  ) as m on true
  order by k.place`;

/** Loads the current state of these deliveries, in their order. */
export async function loadListed(db: Db, keys: readonly DeliveryKey[]): Promise<readonly ListedDelivery[]> {
  if (keys.length === 0) return [];
  const { rows }: { rows: Row[] } = await db.raw(LOAD, [
    keys.map(({ deliveryId }) => deliveryId),
    keys.map(({ messageId }) => messageId),
    keys.map(({ receivedAt }) => receivedAt),
    keys.map(({ webhookId }) => webhookId),
  ]);
  return keys.flatMap((key, place) => {
    const row = rows[place];
    return row ? [toListed(key, row)] : [];
  });
}

function toListed(key: DeliveryKey, row: Row): ListedDelivery {
  const state = stateOf(row, row.outcomes ?? []);
  const ends = { delivered: row.delivered_at, cancelled: row.cancelled_at, dead: row.died_at };
  return {
    ...key,
    state,
    subject: row.subject,
    attempts: row.attempts,
    dueAt: row.due_at,
    because: row.because,
    endedAt: state in ends ? ends[state as keyof typeof ends] : null,
    isOwned: row.owned ?? false,
    erasedAt: row.erased_at,
  };
}
