import type { CatalogWebhook } from '../../domain/matching/catalog.js';
import { NO_SETTINGS } from '../../domain/matching/webhook-settings.js';
import { NO_SECRETS } from '../../domain/secrets/secret.js';

/** A webhook of the catalog: enabled, without tags, in space 0, with the default of every setting. */
export function makeTestWebhook(id: number, overrides: Partial<CatalogWebhook> = {}): CatalogWebhook {
  return {
    id,
    url: `https://receiver.example/${id}`,
    enabled: true,
    spaceId: 0,
    createdById: 1,
    tags: {},
    eventIds: [1],
    settings: NO_SETTINGS,
    secrets: NO_SECRETS,
    ...overrides,
  };
}
