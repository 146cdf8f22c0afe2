import type { Clock } from '../clock.js';
import type { Tokens } from '../destinations/credentials/tokens/tokens.js';
import { makeSendPlan, type SendPlan } from '../destinations/http/send-plan.js';
import type { FormatOf } from '../domain/format/format-of.js';
import { forbiddenHeaders, type HeaderPattern } from '../domain/limits/forbidden-headers.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import { echo } from '../domain/text/echo.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Vault } from '../store/secrets/vault.js';

/** Settings that a webhook may have only if the operator allows them. */
export interface AllowedSettings {
  /** `WEBHOOK_PROXIES` */
  readonly webhookProxies: boolean;
  /** `ALLOW_INSECURE_TLS` */
  readonly insecureTls: boolean;
  /** `WEBHOOK_LISTENERS` */
  readonly webhookListeners: boolean;
  /** `FORBIDDEN_WEBHOOK_HEADERS` */
  readonly forbiddenHeaders: readonly HeaderPattern[];
}

export interface PlanParts {
  readonly vault: Vault;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly allowed: AllowedSettings;
  readonly formatOf: FormatOf;
}

/** A webhook's send plan, or the reason why there is none. It is valid until one of the webhook's secrets expires. */
interface Prepared {
  readonly plan: SendPlan | undefined;
  readonly problem: string;
  readonly until: number;
}

export type Plans = (webhook: CatalogWebhook) => Pick<Prepared, 'plan' | 'problem'>;

/**
 * The webhook was made while proxies were allowed. Sending by another connection path than its owner chose could reveal
 * the request to a third party.
 */
const NO_PROXIES = 'its own proxy is not allowed here; WEBHOOK_PROXIES can allow it';
/**
 * The webhook was made while `tls.insecure` was allowed. A certificate that passes the check now may belong to a server
 * that the webhook's owner did not mean.
 */
const NO_INSECURE_TLS = 'its tls.insecure is not allowed here; ALLOW_INSECURE_TLS can allow it';

/** The webhook was made while listeners were allowed. Its URL is that of an application on another machine. */
const NO_LISTENERS = 'listen is not allowed here; WEBHOOK_LISTENERS can allow it';

/**
 * Makes one plan per webhook object of the catalog (a changed webhook is another object), and a new plan when a secret
 * has expired. A secret that cannot be opened (its key is missing) is a local fault, not the receiver's.
 */
export function makePlans({ vault, tokens, clock, logger, allowed, formatOf }: PlanParts): Plans {
  const known = new WeakMap<CatalogWebhook, Prepared>();

  const prepare = (webhook: CatalogWebhook): Prepared => {
    if (webhook.settingsProblem !== undefined)
      return { plan: undefined, problem: webhook.settingsProblem, until: Number.POSITIVE_INFINITY };
    const { proxy, tls } = webhook.settings;
    if (proxy && !allowed.webhookProxies) {
      logger.error('proxy.not_allowed', { webhook_id: webhook.id, error: NO_PROXIES });
      return { plan: undefined, problem: NO_PROXIES, until: Number.POSITIVE_INFINITY };
    }
    if (tls?.insecure && !allowed.insecureTls) {
      logger.error('tls.insecure_not_allowed', { webhook_id: webhook.id, error: NO_INSECURE_TLS });
      return { plan: undefined, problem: NO_INSECURE_TLS, until: Number.POSITIVE_INFINITY };
    }
    if (webhook.settings.listenMs !== undefined && !allowed.webhookListeners) {
      logger.error('listener.not_allowed', { webhook_id: webhook.id, error: NO_LISTENERS });
      return { plan: undefined, problem: NO_LISTENERS, until: Number.POSITIVE_INFINITY };
    }
    const [forbidden] = forbiddenHeaders(webhook.settings, allowed.forbiddenHeaders);
    if (forbidden) {
      const problem = `its header ${echo(forbidden.name)} is not allowed here; FORBIDDEN_WEBHOOK_HEADERS forbids it`;
      logger.error('headers.not_allowed', { webhook_id: webhook.id, error: problem });
      return { plan: undefined, problem, until: Number.POSITIVE_INFINITY };
    }
    const now = clock.now();
    const living = webhook.secrets.filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt > now);
    const until = Math.min(...living.map(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt));
    try {
      const secrets = living.map((secret) => vault.open(webhook.id, secret));
      return { plan: makeSendPlan(webhook, secrets, { tokens, formatOf }), problem: '', until };
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
