import type { Clock } from '../clock.js';
import type { CatalogWebhook } from '../domain/catalog.js';
import type { OwnedDelivery } from '../domain/delivery.js';
import type { AttemptOutcome } from '../domain/outcome.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { makeSendPlan, type SendPlan } from '../outbound/send-plan.js';
import type { Sender } from '../outbound/sender.js';
import type { Vault } from '../store/vault.js';

export interface SendingParts {
  readonly sender: Sender;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Send = (delivery: OwnedDelivery, webhook: CatalogWebhook, signal: AbortSignal) => Promise<AttemptOutcome>;

/** How requests to a webhook are made, or why they cannot be; until one of its secrets expires. */
interface Prepared {
  readonly plan: SendPlan | undefined;
  readonly problem: string;
  readonly until: number;
}

/**
 * Sends by a plan that is made once a webhook as the catalog has it (a change there is another object) and anew when a
 * secret has expired. Secrets that do not open (a key is missing) are a fault of ours, not of the receiver.
 */
export function makeSending({ sender, vault, clock, logger }: SendingParts): Send {
  const known = new WeakMap<CatalogWebhook, Prepared>();

  const prepare = (webhook: CatalogWebhook): Prepared => {
    const now = clock.now();
    const living = webhook.secrets.filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt > now);
    const until = Math.min(...living.map(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt));
    try {
      const secrets = living.map((secret) => vault.open(webhook.id, secret));
      return { plan: makeSendPlan(webhook, secrets), problem: '', until };
    } catch (error) {
      const problem = messageOf(error);
      logger.error('secret.not_opened', { webhook_id: webhook.id, error: problem });
      return { plan: undefined, problem, until };
    }
  };

  const preparedFor = (webhook: CatalogWebhook): Prepared => {
    const last = known.get(webhook);
    if (last && clock.now() < last.until) return last;
    const fresh = prepare(webhook);
    known.set(webhook, fresh);
    return fresh;
  };

  return async (delivery, webhook, signal) => {
    const { plan, problem } = preparedFor(webhook);
    if (!plan) return { kind: 'local_fault', error: problem };
    const { id: deliveryId, message, attempts, replay = false } = delivery;
    return sender.send({ plan, message, deliveryId, attempt: attempts + 1, replay }, signal);
  };
}
