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

/** What has to come before a request to a webhook may start; undefined: nothing. Never rejects. */
export type UntilReady = (webhook: CatalogWebhook) => Promise<void> | undefined;

/** Tokens that are asked for at the same time: each takes a connection. */
const TOKEN_SEATS = 512;

/**
 * Its access token, where it needs one that is not there. That there will be none is told to the delivery that wants it. A space
 * whose token endpoints hang has a fifth of the seats.
 */
export function makeUntilReady(plans: Plans): UntilReady {
  const seats = new Seats(TOKEN_SEATS);
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
    // Whoever is woken asks again.
    if (!seats.take(spaceId)) return new Promise((resolve) => waiting.push(resolve));
    return holder.obtain().then(() => {
      seats.giveBack(spaceId);
      wakeAll();
    });
  };
}

/** Sends by the webhook's plan. */
export function makeSending({ sender, sendWithToken, plans }: SendingParts): Send {
  return (delivery, webhook, under) => {
    const { plan, problem } = plans(webhook);
    if (!plan) return Promise.resolve({ kind: 'local_fault', error: problem });
    const { id: deliveryId, message, attempts, replay = false } = delivery;
    const request = { plan, message, deliveryId, attempt: attempts + 1, replay };
    return plan.tokens ? sendWithToken(plan.tokens(), request, under) : sender.send(request, under.signal);
  };
}
