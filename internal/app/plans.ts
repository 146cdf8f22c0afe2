import type { Clock } from '../clock.js';
import type { CatalogWebhook } from '../domain/catalog.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { makeSendPlan, type SendPlan } from '../outbound/send-plan.js';
import type { Tokens } from '../outbound/tokens/tokens.js';
import type { Vault } from '../store/vault.js';

export interface PlanParts {
  readonly vault: Vault;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `WEBHOOK_PROXIES` */
  readonly webhookProxies: boolean;
}

/** How requests to a webhook are made, or why they cannot be; until one of its secrets expires. */
interface Prepared {
  readonly plan: SendPlan | undefined;
  readonly problem: string;
  readonly until: number;
}

export type Plans = (webhook: CatalogWebhook) => Pick<Prepared, 'plan' | 'problem'>;

/** It was made when they were allowed. To send it by another way than its owner said could tell somebody of it. */
const NO_PROXIES = 'its own proxy is not allowed here; WEBHOOK_PROXIES can allow it';

/**
 * A plan is made once a webhook as the catalog has it (a change there is another object) and anew when a secret has
 * expired. Secrets that do not open (a key is missing) are a fault of ours, not of the receiver.
 */
export function makePlans({ vault, tokens, clock, logger, webhookProxies }: PlanParts): Plans {
  const known = new WeakMap<CatalogWebhook, Prepared>();

  const prepare = (webhook: CatalogWebhook): Prepared => {
    if (webhook.settings.proxy && !webhookProxies) {
      logger.error('proxy.not_allowed', { webhook_id: webhook.id, error: NO_PROXIES });
      return { plan: undefined, problem: NO_PROXIES, until: Number.POSITIVE_INFINITY };
    }
    const now = clock.now();
    const living = webhook.secrets.filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt > now);
    const until = Math.min(...living.map(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt));
    try {
      const secrets = living.map((secret) => vault.open(webhook.id, secret));
      return { plan: makeSendPlan(webhook, secrets, tokens), problem: '', until };
    } catch (error) {
      const problem = messageOf(error);
      logger.error('secret.not_opened', { webhook_id: webhook.id, error: problem });
      return { plan: undefined, problem, until };
    }
  };

  return (webhook) => {
    const last = known.get(webhook);
    if (last && clock.now() < last.until) return last;
    const fresh = prepare(webhook);
    known.set(webhook, fresh);
    return fresh;
  };
}
