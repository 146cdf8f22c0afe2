import { requestHeaders } from '../destinations/http/request-headers.js';
import type { AttemptMade, ShownRequest } from '../domain/delivery/shown-request.js';
import { HIDDEN, shownHeaders } from '../domain/delivery/test-call.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import { envelope } from '../domain/message/envelope.js';
import { soughtOf } from '../domain/secrets/masking/mask.js';
import type { Plans } from './plans.js';

export interface ShowRequestParts {
  readonly plans: Plans;
  readonly userAgent: string;
  /** The webhook as it is now; undefined when it is deleted. */
  webhook(id: number): CatalogWebhook | undefined;
}

/**
 * Makes the request of an attempt again, by the webhook's settings and secrets of now, with the time and the number of
 * then: the signature is the one that was sent, as long as its secret lives. Undefined when there is no plan by which
 * the webhook can be sent to.
 */
export function makeShowRequest({ plans, userAgent, webhook: find }: ShowRequestParts) {
  return ({ webhookId, deliveryId, attempt, requestedAt, message }: AttemptMade): ShownRequest | undefined => {
    const webhook = find(webhookId);
    const plan = webhook && plans(webhook).plan;
    if (!plan) return undefined;
    const { subject, receivedAt, payload } = message;
    const whole = { ...message, ...envelope(subject, receivedAt, payload) };
    const request = { plan, message: whole, deliveryId, attempt };
    const flat = requestHeaders(request, plan.format.render(whole), { userAgent, nowMs: requestedAt });
    // The token of an attempt is not kept.
    const token = plan.tokens ? { authorization: HIDDEN } : {};
    const shown = shownHeaders(flat, webhook.settings.auth, soughtOf(plan.masked));
    return { method: plan.method, headers: { ...shown, ...token } };
  };
}

export type ShowRequest = ReturnType<typeof makeShowRequest>;
