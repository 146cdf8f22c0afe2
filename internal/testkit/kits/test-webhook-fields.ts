import { NO_SETTINGS } from '../../domain/matching/webhook-settings.js';
import type { WebhookFields } from '../../store/webhooks/webhook-row.js';

/** The values of a new webhook: enabled, without a name, events and tags, with the default of every setting. */
export function makeTestFields(overrides: Partial<WebhookFields> = {}): WebhookFields {
  return {
    ...{ name: '', url: 'https://receiver.example/', enabled: true, tags: {}, key: null, managedBy: null },
    ...{ eventIds: [], settings: NO_SETTINGS },
    ...overrides,
  };
}
