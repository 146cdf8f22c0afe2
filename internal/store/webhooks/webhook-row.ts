import type { Tags } from '../../domain/matching/tags.js';
import type { Webhook } from '../../domain/matching/webhook.js';
import type { WebhookCondition } from '../../domain/matching/webhook-condition.js';
import type { WebhookSettings } from '../../domain/matching/webhook-settings.js';
import type { SecretHint } from '../../domain/secrets/secret.js';

/** A row of `webhooks`; bigint columns arrive as text. */
export interface WebhookRow {
  readonly id: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly deleted_at: Date | null;
  readonly created_by_id: string;
  readonly updated_by_id: string;
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly disabled_because: string | null;
  readonly disabled_at: Date | null;
  readonly paused_at: Date | null;
  readonly circuit_opened_at: Date | null;
  readonly tags: Tags;
  readonly space_id: string;
  readonly settings: WebhookSettings;
}

/** Data joined from related tables. */
export interface WebhookParts {
  readonly eventIds: readonly number[];
  readonly secrets: readonly SecretHint[];
  readonly condition: WebhookCondition;
}

export function toWebhook(row: WebhookRow, { eventIds, secrets, condition }: WebhookParts): Webhook {
  return {
    id: row.id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    createdById: Number(row.created_by_id),
    updatedById: Number(row.updated_by_id),
    name: row.name,
    url: row.url,
    enabled: row.enabled,
    eventIds,
    tags: row.tags,
    spaceId: Number(row.space_id),
    settings: row.settings,
    condition,
    secrets,
  };
}
