import type { CatalogWebhook } from '../matching/catalog.js';
import type { SettledAttempt } from './attempt.js';
import { DELIVERY_EVENT_PREFIX } from './delivery-event-subject.js';

/** What others may want to know of a webhook. */
export interface DeliveryEvent {
  /** `hukz.result.<space>.<webhook>.<delivered|failed|dead|disabled|recovered>` */
  readonly subject: string;
  /** JSON */
  readonly payload: string;
}

/** What an attempt came to; undefined for what is nobody's business but ours. */
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

/** A webhook was switched off, or its circuit has closed. */
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
