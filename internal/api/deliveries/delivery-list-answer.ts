import { z } from 'zod';
import type { DeliveryState } from '../../store/deliveries/deliveries.js';
import type { ListedDelivery } from '../../store/deliveries/list/listed-deliveries.js';
import { id } from '../bodies/numbers.js';
import { erasedAt, erasedAtField } from '../erasures/erased-at.js';

export const DELIVERY_STATES = [
  'pending',
  'held',
  'delivered',
  'dead',
  'cancelled',
  'lost',
] as const satisfies readonly DeliveryState[];

export const listedDelivery = z
  .object({
    id: z.uuid(),
    state: z.string().meta({ enum: [...DELIVERY_STATES] }),
    webhook_id: id,
    message_id: z.uuid(),
    received_at: z.iso.datetime().describe('Time at which the message was received.'),
    event: z.string().nullable().describe('The subject. Null when the message has been deleted by retention.'),
    attempts: z.int().min(0),
    due_at: z.iso.datetime().nullable().describe('Time of the next attempt of a pending delivery, if it has one.'),
    because: z.string().nullable().describe('Why the delivery was given up. Null unless it is dead.'),
    ended_at: z.iso.datetime().nullable().describe('Time at which it was delivered, cancelled or given up.'),
    erased_at: erasedAtField,
  })
  .meta({ title: 'ListedDelivery' });

export function listedJson(delivery: ListedDelivery): z.input<typeof listedDelivery> {
  return {
    id: delivery.deliveryId,
    state: delivery.state,
    webhook_id: delivery.webhookId,
    message_id: delivery.messageId,
    received_at: new Date(delivery.receivedAt).toISOString(),
    event: delivery.subject,
    attempts: delivery.attempts,
    due_at: delivery.dueAt?.toISOString() ?? null,
    because: delivery.because,
    ended_at: delivery.endedAt?.toISOString() ?? null,
    ...erasedAt(delivery.erasedAt),
  };
}
