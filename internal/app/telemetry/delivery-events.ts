import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import { deliveryEventOf, webhookEventOf } from '../../domain/delivery/delivery-event.js';
import type { CatalogWebhook } from '../../domain/matching/catalog.js';

export interface DeliveryEvents {
  onSettled(attempt: SettledAttempt): void;
  onWebhook(webhook: Pick<CatalogWebhook, 'id' | 'spaceId'>, kind: 'disabled' | 'recovered', because?: string): void;
  /** Where they go; before there is a connection, nowhere. */
  publishBy(publish: Publish): void;
  /** Results that NATS could not be told of, since the start. */
  dropped(): number;
}

/** False when there is no connection just now. */
type Publish = (subject: string, payload: string) => boolean;

/** Tells NATS what became of deliveries and webhooks, when that is wanted: at most once, and never waited for. */
export function makeDeliveryEvents(isWanted: boolean): DeliveryEvents {
  let publish: Publish = () => false;
  let dropped = 0;
  const tell = (result: ReturnType<typeof deliveryEventOf>) => {
    if (result && !publish(result.subject, result.payload)) dropped++;
  };
  return {
    onSettled: (attempt) => isWanted && tell(deliveryEventOf(attempt)),
    onWebhook: (webhook, kind, because) => isWanted && tell(webhookEventOf(webhook, kind, because)),
    publishBy(given) {
      publish = given;
    },
    dropped: () => dropped,
  };
}
