import type { CatalogWebhook } from '../matching/catalog.js';
import type { SettledAttempt } from './attempt.js';
import { DELIVERY_EVENT_PREFIX } from './delivery-event-subject.js';

/** A message about an attempt or a webhook that hukz publishes for other applications. */
export interface DeliveryEvent {
  /** `hukz.result.<space>.<webhook>.<delivered|failed|dead|disabled|recovered>` */
  readonly subject: string;
  /** JSON */
  readonly payload: string;
}

/** Returns the event for an attempt, or undefined for outcomes that concern only hukz. */
export function deliveryEventOf(attempt: SettledAttempt): DeliveryEvent | undefined {
  const { webhook, delivery, outcome } = attempt;
  if (outcome !== 'delivered' && outcome !== 'failed' && outcome !== 'dead') return undefined;
  return message(webhook, outcome, {
    delivery_id: delivery.id,
    message_id: delivery.message.id,
    event: delivery.message.subject,
    attempt: delivery.attempts + 1,
    status: attempt.status ?? null,
    error: attempt.error ?? null,
    duration_ms: Math.round(attempt.durationMs),
    at: new Date(attempt.startedAt).toISOString(),
    ...(attempt.retryInMs !== undefined && { retry_in_ms: attempt.retryInMs }),
    ...(attempt.because && { because: attempt.because }),
  });
}

/** Returns the event for a webhook that was disabled, or whose circuit has closed. */
export function webhookEventOf(
  webhook: Pick<CatalogWebhook, 'id' | 'spaceId'>,
  kind: 'disabled' | 'recovered',
  because: string | undefined,
): DeliveryEvent {
  return message(webhook, kind, because === undefined ? {} : { because });
}

function message({ id, spaceId }: Pick<CatalogWebhook, 'id' | 'spaceId'>, kind: string, facts: object): DeliveryEvent {
  return {
    subject: `${DELIVERY_EVENT_PREFIX}${spaceId}.${id}.${kind}`,
    payload: JSON.stringify({ type: kind, webhook_id: id, space_id: spaceId, ...facts }),
  };
}
