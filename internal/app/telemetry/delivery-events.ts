import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import { deliveryEventOf, webhookEventOf } from '../../domain/delivery/delivery-event.js';
import type { CatalogWebhook } from '../../domain/matching/catalog.js';

export interface DeliveryEvents {
  onSettled(attempt: SettledAttempt): void;
  onWebhook(webhook: Pick<CatalogWebhook, 'id' | 'spaceId'>, kind: 'disabled' | 'recovered', because?: string): void;
  /** Sets the function that publishes. Before there is a connection, nothing is published. */
  publishBy(publish: Publish): void;
  /** Number of delivery events since the start that could not be published. */
  dropped(): number;
}

/** Returns false if there is no connection now. */
type Publish = (subject: string, payload: string) => boolean;

/**
 * Publishes the outcomes of deliveries and the changes of webhooks to NATS, if that is configured: at most once, and
 * without waiting.
 */
export function makeDeliveryEvents(isWanted: boolean): DeliveryEvents {
  let publish: Publish = () => false;
  let dropped = 0;
  const publishOrCount = (result: ReturnType<typeof deliveryEventOf>) => {
    if (result && !publish(result.subject, result.payload)) dropped++;
  };
  return {
    onSettled: (attempt) => isWanted && publishOrCount(deliveryEventOf(attempt)),
    onWebhook: (webhook, kind, because) => isWanted && publishOrCount(webhookEventOf(webhook, kind, because)),
    publishBy(replacement) {
      publish = replacement;
    },
    dropped: () => dropped,
  };
}
