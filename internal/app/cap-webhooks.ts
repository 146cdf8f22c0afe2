import type { CatalogChanges } from '../domain/catalog.js';
import { type Ceilings, capSettings } from '../domain/ceilings.js';
import { NO_SETTINGS } from '../domain/webhook-settings.js';

/** The changes with each webhook's settings as far as the operator allows them. */
export function capWebhooks(changes: CatalogChanges, ceilings: Ceilings): CatalogChanges {
  const webhooks = changes.webhooks.map((webhook) => {
    if (webhook.settings === NO_SETTINGS) return webhook;
    const settings = capSettings(webhook.settings, ceilings);
    return settings === webhook.settings ? webhook : { ...webhook, settings };
  });
  return { ...changes, webhooks };
}
