import type { CatalogWebhook } from '../domain/catalog.js';
import type { OwnedDelivery } from '../domain/delivery.js';
import type { AttemptOutcome } from '../domain/outcome.js';
import { messageOf } from '../errors.js';
import { makeSendPlan, type SendPlan } from '../outbound/send-plan.js';
import type { Sender } from '../outbound/sender.js';
import type { Vault } from '../store/vault.js';

export interface SendingParts {
  readonly sender: Sender;
  readonly vault: Vault;
}

type Send = (delivery: OwnedDelivery, webhook: CatalogWebhook, signal: AbortSignal) => Promise<AttemptOutcome>;

/**
 * Sends by a plan that is made once a webhook as the catalog has it: a change there is another object. Secrets that do not
 * open (a key is missing) are a fault of ours, not of the receiver.
 */
export function makeSending({ sender, vault }: SendingParts): Send {
  const plans = new WeakMap<CatalogWebhook, SendPlan>();

  const planOf = (webhook: CatalogWebhook): SendPlan => {
    const known = plans.get(webhook);
    if (known) return known;
    const plan = makeSendPlan(
      webhook,
      webhook.secrets.map((secret) => vault.open(webhook.id, secret)),
    );
    plans.set(webhook, plan);
    return plan;
  };

  return async (delivery, webhook, signal) => {
    let plan: SendPlan;
    try {
      plan = planOf(webhook);
    } catch (error) {
      return { kind: 'local_fault', error: messageOf(error) };
    }
    const { id: deliveryId, message, attempts, replay = false } = delivery;
    return sender.send({ plan, message, deliveryId, attempt: attempts + 1, replay }, signal);
  };
}
