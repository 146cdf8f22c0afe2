import { Catalog } from '../../domain/catalog.js';
import type { FiringRules } from '../../domain/firing-rules.js';
import { parseRouting } from '../../domain/routing.js';
import { NO_SECRETS } from '../../domain/secret.js';
import type { Tags } from '../../domain/tags.js';
import { NO_SETTINGS } from '../../domain/webhook-settings.js';
import { readHeaders } from '../journal/header-bytes.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';

const LOAD_TARGET: Statement = {
  text: `
    select w.id, w.url, w.space_id::float8 as space_id, w.created_by_id::float8 as created_by_id, w.tags,
      coalesce(array_agg(e.id) filter (where e.id is not null), '{}') as event_ids,
      coalesce(array_agg(e.event) filter (where e.id is not null), '{}') as subjects
    from webhooks w
    left join webhook_events we on we.webhook_id = w.id
    left join events e on e.id = we.event_id and e.deleted_at is null
    where w.id = $1 and w.deleted_at is null
    group by w.id`,
};

interface TargetRow {
  readonly id: number;
  readonly url: string;
  readonly space_id: number;
  readonly created_by_id: number;
  readonly tags: Tags;
  readonly event_ids: readonly number[];
  readonly subjects: readonly string[];
}

/** The webhook that a replay is for. */
export interface ReplayTarget {
  readonly createdById: number;
  /** Whether such a message would fire it today: the same rules, routing headers included, as for a fresh one. */
  wants(subject: string, headers: Uint8Array | null): boolean;
}

/** Undefined when the webhook is gone. */
export async function findReplayTarget(
  run: JournalPool['run'],
  webhookId: number,
  rules: FiringRules,
): Promise<ReplayTarget | undefined> {
  const [row] = await run<TargetRow>(LOAD_TARGET, [webhookId]);
  if (!row) return undefined;
  const catalog = new Catalog();
  const { id, url, tags, space_id: spaceId, created_by_id: createdById, event_ids: eventIds } = row;
  catalog.apply({
    version: 1,
    events: row.subjects
      .map((subject, index) => ({ id: eventIds[index] ?? 0, subject }))
      .filter(({ subject }) => rules.isPermitted(subject)),
    deletedEventIds: [],
    webhooks: [
      { id, url, enabled: true, spaceId, createdById, tags, eventIds, settings: NO_SETTINGS, secrets: NO_SECRETS },
    ],
    deletedWebhookIds: [],
  });
  return {
    createdById,
    wants(subject, headers) {
      if (rules.isReserved(subject)) return false;
      const routing = parseRouting(readHeaders(headers));
      return routing.ok && (catalog.match(subject, routing.value)?.length ?? 0) > 0;
    },
  };
}
