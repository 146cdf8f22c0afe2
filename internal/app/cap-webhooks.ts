import { type Ceilings, capSettings } from '../domain/limits/ceilings.js';
import type { CatalogChanges } from '../domain/matching/catalog.js';
import { NO_SETTINGS } from '../domain/matching/webhook-settings.js';

/** Returns the changes with the settings of each webhook capped to the operator's limits. */
export function capWebhooks(changes: CatalogChanges, ceilings: Ceilings): CatalogChanges {
  const webhooks = changes.webhooks.map((webhook) => {
    if (webhook.settings === NO_SETTINGS) return webhook;
    const settings = capSettings(webhook.settings, ceilings);
    return settings === webhook.settings ? webhook : { ...webhook, settings };
  });
  return { ...changes, webhooks };
}
