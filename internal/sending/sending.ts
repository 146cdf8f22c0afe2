import type { SendWithToken } from '../destinations/credentials/tokens/send-with-token.js';
import type { Sender } from '../destinations/http/sender.js';
import type { SendUnder } from '../dispatch/ports.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import type { AttemptOutcome } from '../domain/delivery/outcome.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import type { Plans } from './plans.js';
import { Seats } from './seats.js';

export interface SendingParts {
  readonly sender: Sender;
  readonly sendWithToken: SendWithToken;
  readonly plans: Plans;
}

export type Send = (delivery: OwnedDelivery, webhook: CatalogWebhook, under: SendUnder) => Promise<AttemptOutcome>;

/** Prepares a webhook for its next request; undefined when the request can start now. The promise never rejects. */
export type UntilReady = (webhook: CatalogWebhook) => Promise<void> | undefined;

/** Maximum number of tokens that are requested at the same time. Each request takes a connection. */
const TOKEN_SEATS = 512;

/**
 * Obtains the webhook's access token, where the webhook needs one and has none. If that fails, the delivery that needs
 * the token gets the error. A space whose token endpoints hang takes at most a fifth of the seats.
 */
export function makeUntilReady(plans: Plans): UntilReady {
  const seats = new Seats<number>(TOKEN_SEATS);
  let waiting: (() => void)[] = [];
  const wakeAll = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };

  return (webhook) => {
    if (webhook.settings.auth?.type !== 'oauth2') return undefined;
    const holder = plans(webhook).plan?.tokens?.();
    if (!holder || holder.isDecided) return undefined;
    const { spaceId } = webhook;
    // The caller asks again when it is woken.
    if (!seats.acquire(spaceId)) return new Promise((resolve) => waiting.push(resolve));
    return holder.obtain().then(() => {
      seats.vacate(spaceId);
      wakeAll();
    });
  };
}

/** Sends a delivery by its webhook's plan. */
export function makeSending({ sender, sendWithToken, plans }: SendingParts): Send {
  return (delivery, webhook, under) => {
    const { plan, problem } = plans(webhook);
    if (!plan) return Promise.resolve({ kind: 'local_fault', error: problem });
    const { id: deliveryId, message, attempts, replay = false } = delivery;
    const request = { plan, message, deliveryId, attempt: attempts + 1, replay };
    return plan.tokens ? sendWithToken(plan.tokens(), request, under) : sender.send(request, under.signal);
  };
}
