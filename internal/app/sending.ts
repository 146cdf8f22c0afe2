import type { CatalogWebhook } from '../domain/catalog.js';
import type { OwnedDelivery } from '../domain/delivery.js';
import type { AttemptOutcome } from '../domain/outcome.js';
import type { Sender } from '../outbound/sender.js';
import type { SendWithToken } from '../outbound/tokens/send-with-token.js';
import type { Plans } from './plans.js';

export interface SendingParts {
  readonly sender: Sender;
  readonly sendWithToken: SendWithToken;
  readonly plans: Plans;
}

export type Send = (delivery: OwnedDelivery, webhook: CatalogWebhook, signal: AbortSignal) => Promise<AttemptOutcome>;

/** Sends by the webhook's plan. */
export function makeSending({ sender, sendWithToken, plans }: SendingParts): Send {
  return (delivery, webhook, signal) => {
    const { plan, problem } = plans(webhook);
    if (!plan) return Promise.resolve({ kind: 'local_fault', error: problem });
    const { id: deliveryId, message, attempts, replay = false } = delivery;
    const request = { plan, message, deliveryId, attempt: attempts + 1, replay };
    return plan.tokens ? sendWithToken(plan.tokens(), request, signal) : sender.send(request, signal);
  };
}
