import type { Tags } from '../../domain/matching/tags.js';
import type { Db } from '../../store/postgres/knex.js';
import type { SecretStore } from '../../store/secrets/webhook-secrets.js';
import { readSettings } from '../../store/webhooks/stored-settings.js';
import { openDestinations } from '../../store/webhooks/webhook-destination.js';

interface OurRecord {
  readonly id: number;
  /** Times are as PostgreSQL writes them. */
  readonly created_at: string;
  readonly updated_at: string;
  readonly deleted_at: string | null;
  readonly created_by_id: string;
  readonly updated_by_id: string;
  readonly name: string;
  readonly tags: Tags;
  readonly key: string | null;
  readonly revision: number;
}

export interface OurEventRow extends OurRecord {
  readonly event: string;
}

export interface OurWebhookRow extends OurRecord {
  /** With its secret parts. */
  readonly url: string;
  readonly enabled: boolean;
  readonly disabled_because: string | null;
  readonly paused_at: Date | null;
  readonly own_settings: unknown;
  readonly space_id: string;
  readonly event_ids: readonly number[];
}

const COMMON = `t.id, t.created_at::text as created_at, t.updated_at::text as updated_at, t.deleted_at::text as deleted_at,
  t.created_by_id::text as created_by_id, t.updated_by_id::text as updated_by_id, t.name, t.tags, t.key, t.revision`;

export async function readOurEvents(trx: Db): Promise<readonly OurEventRow[]> {
  const { rows } = await trx.raw<{ rows: OurEventRow[] }>(`select ${COMMON}, t.event from events t order by t.id`);
  return rows;
}

export async function readOurWebhooks(store: SecretStore): Promise<readonly OurWebhookRow[]> {
  const { rows } = await store.db.raw<{ rows: OurWebhookRow[] }>(
    `select ${COMMON}, t.url, t.enabled, t.disabled_because, t.paused_at, t.own_settings, t.space_id::text as space_id,
       array(select event_id from webhook_events where webhook_id = t.id order by 1) as event_ids
     from webhooks t order by t.id`,
  );
  const destinations = rows.map(({ id, url, own_settings }) => {
    return { id, url, settings: readSettings(own_settings).settings };
  });
  const opened = await openDestinations(store, destinations);
  return rows.map((row, nth) => {
    const destination = destinations[nth];
    return destination ? { ...row, url: opened(destination).url } : row;
  });
}
