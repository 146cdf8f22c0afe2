import { AppError } from '../../errors.js';
import { noteObject } from '../audit/audited.js';
import { objectsByWebhook } from '../audit/by-webhook.js';
import { CANCELLED, logOfCancelled } from '../journal/claim/cancel.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import { type Delivery, type DeliveryKey, loadDelivery } from './deliveries.js';

/** ("Hidden condition" in `sql-notes.md`.) */
const CANCEL = `
  with cancelled as (
    delete from deliveries d where d.id = any(:ids::uuid[]) and num_nulls(d.owner) = 1
    returning ${CANCELLED}, d.order_key
  ), logged as (
    ${logOfCancelled(`'cancelled by user ' || :user::text`)}
    on conflict do nothing
  )
  select id, webhook_id, order_key from cancelled`;

/** A delivery that is not owed any more. The next delivery of its ordering key can be sent. */
export interface Cancelled {
  readonly id: string;
  readonly webhookId: number;
  readonly orderKey: string | null;
}

interface Row {
  readonly id: string;
  readonly webhook_id: number;
  readonly order_key: string | null;
}

/**
 * Cancels those of the deliveries that are owed and that no instance has in memory. Each gets a log row that says so.
 */
export async function cancelDeliveries(db: Db, ids: readonly string[], userId: number): Promise<readonly Cancelled[]> {
  if (ids.length === 0) return [];
  return inTransaction(db, async (trx) => {
    const { rows }: { rows: Row[] } = await trx.raw(CANCEL, { ids: [...ids], user: userId });
    const cancelled = rows.map(({ id, webhook_id, order_key }) => ({ id, webhookId: webhook_id, orderKey: order_key }));
    for (const object of await objectsByWebhook(trx, 'delivery', cancelled)) noteObject(trx, object);
    return cancelled;
  });
}

/**
 * Cancels one delivery. A delivery that is cancelled already stays as it is. Refused as `conflict` while an instance
 * has the delivery in memory, and after its end.
 */
export async function cancelDelivery(
  db: Db,
  key: DeliveryKey,
  userId: number,
): Promise<{ readonly delivery: Delivery; readonly cancelled: readonly Cancelled[] }> {
  await loadDelivery(db, key);
  const cancelled = await cancelDeliveries(db, [key.id], userId);
  const delivery = await loadDelivery(db, key);
  if (delivery.state === 'cancelled') return { delivery, cancelled };
  if (delivery.state === 'pending' || delivery.state === 'held')
    throw new AppError('conflict', 'the delivery is being sent just now; look at it in a moment');
  throw new AppError('conflict', `the delivery has ended (${delivery.state}): only one that is owed can be cancelled`);
}
