import type { CatalogChanges, CatalogWebhook, WaitsBecause } from '../domain/catalog.js';
import { NO_SECRETS, type SecretPurpose } from '../domain/secret.js';
import type { Tags } from '../domain/tags.js';
import { NO_SETTINGS, type WebhookSettings } from '../domain/webhook-settings.js';
import type { JournalPool, Statement } from './journal/journal-pool.js';

const VERSION: Statement = { name: 'catalog-version', text: 'select version from catalog_version' };
const EVENTS: Statement = {
  name: 'catalog-events',
  text: 'select id, event, deleted_at is null as living from events where catalog_version > $1',
};
const WEBHOOKS: Statement = {
  name: 'catalog-webhooks',
  text: `select id, url, enabled,
           case when paused_at is not null then 'paused' when circuit_opened_at is not null then 'circuit_open' end as waits,
           space_id::float8, created_by_id::float8, tags, deleted_at is null as living,
           array(select event_id from webhook_events where webhook_id = webhooks.id) as event_ids,
           nullif(settings, '{}') as settings,
           (select json_agg(json_build_array(purpose, key_id, encode(sealed, 'base64'), extract(epoch from expires_at) * 1000)
              order by id desc)
            from webhook_secrets s where s.webhook_id = webhooks.id and (expires_at is null or expires_at > now())) as secrets
         from webhooks where catalog_version > $1`,
};

interface EventRow {
  readonly id: number;
  readonly event: string;
  readonly living: boolean;
}

interface WebhookRow {
  readonly id: number;
  readonly url: string;
  readonly enabled: boolean;
  readonly waits: WaitsBecause | null;
  readonly space_id: number;
  readonly created_by_id: number;
  readonly tags: Tags;
  readonly living: boolean;
  readonly event_ids: readonly number[];
  readonly settings: WebhookSettings | null;
  /** Newest first. */
  readonly secrets: readonly SecretColumns[] | null;
}

type SecretColumns = readonly [purpose: SecretPurpose, keyId: string | null, sealed: string, expiresAt: number | null];

export async function loadCatalogVersion(pool: JournalPool): Promise<number> {
  const [row] = await pool.run<{ version: string }>(VERSION, []);
  return Number(row?.version ?? 0);
}

/** Everything that changed after a version, in one snapshot. Version 0 is the beginning. */
export async function loadCatalogChanges(pool: JournalPool, since: number): Promise<CatalogChanges> {
  return pool.transaction(async (run) => {
    const [version] = await run<{ version: string }>(VERSION, []);
    const events = await run<EventRow>(EVENTS, [since]);
    const webhooks = await run<WebhookRow>(WEBHOOKS, [since]);
    return {
      version: Number(version?.version ?? 0),
      events: events.filter(({ living }) => living).map(({ id, event }) => ({ id, subject: event })),
      deletedEventIds: events.filter(({ living }) => !living).map(({ id }) => id),
      webhooks: webhooks.filter(({ living }) => living).map(toCatalogWebhook),
      deletedWebhookIds: webhooks.filter(({ living }) => !living).map(({ id }) => id),
    };
  }, 'begin isolation level repeatable read read only');
}

const toCatalogWebhook = (row: WebhookRow): CatalogWebhook => ({
  id: row.id,
  url: row.url,
  enabled: row.enabled,
  waits: row.waits ?? undefined,
  spaceId: row.space_id,
  createdById: row.created_by_id,
  tags: row.tags,
  eventIds: row.event_ids,
  settings: row.settings ?? NO_SETTINGS,
  secrets: row.secrets?.map(toSecret) ?? NO_SECRETS,
});

const toSecret = ([purpose, keyId, sealed, expiresAt]: SecretColumns) => ({
  purpose,
  keyId: keyId ?? undefined,
  sealed: Buffer.from(sealed, 'base64'),
  expiresAt: expiresAt ?? undefined,
});
