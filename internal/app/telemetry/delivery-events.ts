import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import { deliveryEventOf, webhookEventOf } from '../../domain/delivery/delivery-event.js';
import { DELIVERY_EVENT_PREFIX } from '../../domain/delivery/delivery-event-subject.js';
import type { CatalogWebhook } from '../../domain/matching/catalog.js';
import type { EventLine } from './event-line.js';

export interface DeliveryEvents {
  onSettled(attempt: SettledAttempt): void;
  onWebhook(webhook: Pick<CatalogWebhook, 'id' | 'spaceId'>, kind: 'disabled' | 'recovered', because?: string): void;
  /** Sets the connection to publish on. Before, nothing is published. */
  publishBy(line: EventLine): void;
  /** Number of delivery events since the start that could not be published, or that NATS refused. */
  dropped(): number;
}

/**
 * Publishes the outcomes of deliveries and the changes of webhooks to NATS, if that is configured: at most once, and
 * without waiting.
 */
export function makeDeliveryEvents(isWanted: boolean): DeliveryEvents {
  let line: EventLine | undefined;
  let dropped = 0;
  const publishOrCount = (result: ReturnType<typeof deliveryEventOf>) => {
    if (result && !line?.publish(result.subject, result.payload)) dropped++;
  };
  return {
    onSettled: (attempt) => isWanted && publishOrCount(deliveryEventOf(attempt)),
    onWebhook: (webhook, kind, because) => isWanted && publishOrCount(webhookEventOf(webhook, kind, because)),
    publishBy(replacement) {
      line = replacement;
    },
    dropped: () => dropped + (line?.refusedBelow(DELIVERY_EVENT_PREFIX) ?? 0),
  };
}
