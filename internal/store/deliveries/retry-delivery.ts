import { AppError } from '../../errors.js';
import { auditedRun, auditIn } from '../audit/audited.js';
import { objectsByWebhook } from '../audit/by-webhook.js';
import type { JournalPool } from '../journal/journal-pool.js';
import type { Db } from '../postgres/knex.js';
import { putBack } from '../replay/put-back.js';
import { loadWebhook } from '../webhooks/webhooks.js';
import { type Delivery, type DeliveryKey, loadDelivery } from './deliveries.js';

const MAX_TRIES = 3;

/**
 * Makes a delivery due now under its id, whatever its state is. Refused as `conflict` during its request, and when it
 * cannot be sent because the webhook is deleted or disabled, or the message is gone.
 */
export async function retryDelivery(
  stores: { readonly db: Db; readonly pool: JournalPool },
  key: DeliveryKey,
): Promise<Delivery> {
  let delivery = await loadDelivery(stores.db, key);
  await requireReceiver(stores.db, delivery.webhookId);
  if (delivery.erasedAt) throw erased(delivery.erasedAt);
  // The delivery may be sent or claimed between the check and the update. Then both are repeated.
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (delivery.isOwned)
      throw new AppError('conflict', 'the delivery is being sent right now; check it again in a moment');
    if ((await makeDue(stores, delivery)) > 0) return loadDelivery(stores.db, key);
    delivery = await loadDelivery(stores.db, key);
  }
  if (delivery.erasedAt) throw erased(delivery.erasedAt);
  if (delivery.state === 'held' || delivery.state === 'pending')
    throw new AppError(
      'conflict',
      'an earlier delivery of the same ordering key is not finished: retry or release that one first',
    );
  throw new AppError('conflict', 'the message of this delivery has been deleted by retention');
}

const erased = (at: Date) =>
  new AppError('conflict', `the message of this delivery was erased at ${at.toISOString()}: nothing is left to send`);

async function requireReceiver(db: Db, webhookId: number): Promise<void> {
  const webhook = await loadWebhook(db, webhookId).catch((error: unknown) => {
    const isGone = error instanceof AppError && error.code === 'not_found';
    throw isGone ? new AppError('conflict', 'the webhook of this delivery was deleted') : error;
  });
  if (!webhook.enabled) throw new AppError('conflict', 'the webhook of this delivery is disabled: enable it first');
}

async function makeDue(stores: { readonly db: Db; readonly pool: JournalPool }, delivery: Delivery): Promise<number> {
  const { id: deliveryId, messageId, receivedAt, webhookId } = delivery;
  const candidate = { deliveryId, messageId, receivedAt, cursor: { at: receivedAt, id: deliveryId } };
  const objects = await objectsByWebhook(stores.db, 'delivery', [delivery]);
  return auditedRun({ pool: stores.pool, audit: auditIn(stores.db) }, async (run, note) => {
    const due = await putBack(run, { webhookId, outcome: sourceOf(delivery) }, [candidate]);
    if (due > 0) for (const object of objects) note(object);
    return due;
  });
}

/** The place from which a delivery in this state is put back. */
export function sourceOf({ state }: Pick<Delivery, 'state'>) {
  switch (state) {
    case 'pending':
    case 'held':
      return 'failed';
    case 'dead':
      return 'dead';
    case 'delivered':
    case 'cancelled':
      return 'delivered';
    case 'lost':
      return 'lost';
    default:
      return state satisfies never;
  }
}
