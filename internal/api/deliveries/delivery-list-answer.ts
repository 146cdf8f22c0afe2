import { z } from 'zod';
import type { DeliveryState } from '../../store/deliveries/deliveries.js';
import type { ListedDelivery } from '../../store/deliveries/list/listed-deliveries.js';
import { id } from '../bodies/numbers.js';

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
    received_at: z.iso.datetime().describe('when the message was received'),
    event: z.string().nullable().describe('the subject; null when the message is no longer kept'),
    attempts: z.int().min(0),
    due_at: z.iso.datetime().nullable().describe('of the next attempt, while it is pending and has a time'),
    because: z.string().nullable().describe('why it was given up, while it is dead'),
    ended_at: z.iso.datetime().nullable().describe('when it was delivered, cancelled or given up'),
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
  };
}
