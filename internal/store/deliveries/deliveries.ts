import { AppError } from '../../errors.js';
import type { Visibility } from '../../identity/visibility.js';
import { IS_SENT_TO } from '../journal/claim/order.js';
import type { Db } from '../postgres/knex.js';
import { VISIBLE_WEBHOOK, visibleBindings } from './keep-visible.js';

/**
 * `held`: the delivery waits for the deliveries before it, or it is due and its webhook is suspended. `lost`: the
 * delivery was owed, never finished, and is not owed any more; the account does not close over it.
 */
export type DeliveryState = 'pending' | 'held' | 'delivered' | 'dead' | 'cancelled' | 'lost';

/** One message that is or was owed to one webhook, in any state. */
export interface Delivery {
  readonly id: string;
  readonly state: DeliveryState;
  readonly messageId: string;
  /** The instant in the exact form in which PostgreSQL writes it. */
  readonly receivedAt: string;
  readonly webhookId: number;
  /** The time of the next attempt, while the delivery is pending and its webhook is not suspended. */
  readonly dueAt: Date | null;
  /** Whether an instance sends the delivery, or is about to. */
  readonly isOwned: boolean;
  /** The reason why the delivery was given up, while it is dead. */
  readonly because: string | null;
  /** The subject in its log; null while it has no log. */
  readonly subject: string | null;
  /** When the message was erased. Nothing of it can be sent again. */
  readonly erasedAt: Date | null;
}

interface FoundRow {
  readonly message_id: string;
  readonly received_at: string;
  readonly webhook_id: number;
  readonly due_at: Date | null;
  readonly held: boolean | null;
  readonly owned: boolean | null;
  readonly because: string | null;
  readonly erased_at: Date | null;
}

/** A summary of all attempts in the log. */
interface LoggedRow {
  readonly subject: string | null;
  readonly outcomes: readonly string[] | null;
}

const FIND = `
  with owed as (
    select message_id, received_at, webhook_id, due_at, due_at <= now() as due, owner is not null as owned, null as because
    from deliveries where id = :id
  ), dead as (
    select message_id, received_at, webhook_id, null::timestamptz, null::boolean, null::boolean, because
    from dead_letters where id = :id
  ), logged as (
    select message_id, received_at, webhook_id, null::timestamptz, null::boolean, null::boolean, null
    from webhook_logs where delivery_id = :id limit 1
  )
  select found.message_id, found.received_at::text as received_at, found.webhook_id, found.owned, found.because,
    (select m.erased_at from messages m where m.id = found.message_id and m.received_at = found.received_at) as erased_at,
    case when isfinite(due_at) and not rests then due_at end as due_at, not isfinite(due_at) or (due and rests) as held
  from (select * from owed union all select * from dead union all select * from logged) as found
  join webhooks w on w.id = found.webhook_id
  cross join lateral (select found.owned is false and w.deleted_at is null and not ${IS_SENT_TO} as rests) as waiting
  where ${VISIBLE_WEBHOOK}
  limit 1`;

/** The id of a delivery, and what the principal who asks for it may see. */
export interface DeliveryKey {
  readonly id: string;
  readonly visible: Visibility;
}

/** Loads a visible delivery. Any other is refused as `not_found`. */
export async function loadDelivery(db: Db, { id, visible }: DeliveryKey): Promise<Delivery> {
  const { rows }: { rows: FoundRow[] } = await db.raw(FIND, { id, ...visibleBindings(visible) });
  const [found] = rows;
  if (!found) throw new AppError('not_found', 'Record not found');
  const logged: LoggedRow | undefined = await db('webhook_logs')
    .where('delivery_id', id)
    .first(db.raw('min(event) as subject'), db.raw('array_agg(distinct outcome) as outcomes'));
  return {
    id,
    state: stateOf(found, logged?.outcomes ?? []),
    messageId: found.message_id,
    receivedAt: found.received_at,
    webhookId: found.webhook_id,
    dueAt: found.due_at,
    isOwned: found.owned ?? false,
    because: found.because,
    subject: logged?.subject ?? null,
    erasedAt: found.erased_at,
  };
}

/** The current state takes precedence over the log: a replayed delivery is pending, although it was delivered once. */
export function stateOf(found: Pick<FoundRow, 'held' | 'because'>, outcomes: readonly string[]): DeliveryState {
  if (found.held !== null) return found.held ? 'held' : 'pending';
  if (found.because !== null) return 'dead';
  const ended = (['delivered', 'dead', 'cancelled'] as const).find((outcome) => outcomes.includes(outcome));
  return ended ?? 'lost';
}
