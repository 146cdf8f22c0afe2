import type { Filter } from '../../domain/filter/filter.js';
import { pathsOf } from '../../domain/filter/paths-of.js';
import { WantedPaths } from '../../domain/filter/values/wanted-paths.js';
import { type Explanation, explain } from '../../domain/matching/explaining/explain.js';
import type { FiringRules } from '../../domain/matching/firing-rules.js';
import { type Matchable, matches } from '../../domain/matching/matches.js';
import { MessageView } from '../../domain/matching/message-view.js';
import { type CatalogSpace, SpaceKeys, type SpaceMapping } from '../../domain/matching/space-names.js';
import { SubjectIndex } from '../../domain/matching/subject-index.js';
import type { Tags } from '../../domain/matching/tags.js';
import { readHeaders } from '../journal/accept/header-bytes.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';
import { readSettings } from '../webhooks/stored-settings.js';

const LOAD_TARGET: Statement = {
  text: `
    select w.key, w.space_id::float8 as space_id, w.tags, w.own_settings,
      s.key as space_key, s.isolation = 'strict' as is_strict, s.subject as space_subject,
      coalesce(array_agg(e.id order by e.id) filter (where e.id is not null), '{}') as event_ids,
      coalesce(array_agg(e.event order by e.id) filter (where e.id is not null), '{}') as subjects
    from webhooks w
    left join spaces s on s.id = w.space_id and s.deleted_at is null
    left join webhook_events we on we.webhook_id = w.id
    left join events e on e.id = we.event_id and e.deleted_at is null
    where w.id = $1 and w.deleted_at is null
    group by w.id, s.id`,
};

interface TargetRow {
  readonly key: string | null;
  readonly space_id: number;
  readonly space_key: string | null;
  readonly is_strict: boolean | null;
  readonly space_subject: SpaceMapping | null;
  readonly tags: Tags;
  readonly own_settings: unknown;
  readonly event_ids: readonly number[];
  readonly subjects: readonly string[];
}

/** The webhook that a replay is for. */
export interface ReplayTarget {
  /** Whether the decision depends on payloads. */
  readonly readsPayload: boolean;
  /** A filter does not look into larger payloads. */
  readonly maxBytes: number;
  /** Whether an event of the webhook covers a subject whose messages are accepted. */
  isOfEvents(subject: string): boolean;
  /**
   * Returns whether a message would trigger the webhook today, by the same rules as a fresh message, routing headers
   * included.
   */
  wants(message: PastMessage): boolean;
  /** The same decision, with its reason. */
  explain(message: PastMessage): Explanation;
}

interface PastMessage {
  readonly subject: string;
  readonly headers: Uint8Array | null;
  readonly receivedAt: number;
  readonly payload: Uint8Array;
}

/**
 * Returns undefined when the webhook is deleted.
 * @param otherFilter a filter in place of that of the webhook
 */
export async function findReplayTarget(
  run: JournalPool['run'],
  webhookId: number,
  rules: FiringRules,
  otherFilter?: Filter,
): Promise<ReplayTarget | undefined> {
  const [row] = await run<TargetRow>(LOAD_TARGET, [webhookId]);
  if (!row) return undefined;
  const { key, tags, space_id: spaceId, event_ids: eventIds } = row;
  const { settings: stored } = readSettings(row.own_settings);
  const settings = otherFilter ? { ...stored, filter: otherFilter } : stored;
  const webhook: Matchable = { id: webhookId, ...(key !== null && { key }), eventIds, spaceId, tags, settings };
  const strict = row.is_strict ? { mapping: row.space_subject ?? undefined } : undefined;
  const space = { id: spaceId, key: row.space_key ?? undefined, strict };
  const subjects = eventIds.flatMap((id, index) => {
    const subject = row.subjects[index];
    return subject === undefined ? [] : [{ id, subject }];
  });
  return makeReplayTarget({ webhook, space, subjects }, rules);
}

/** A webhook alone, with what its matching needs. */
interface LoneWebhook {
  readonly webhook: Matchable;
  /** The space of the webhook. */
  readonly space: CatalogSpace;
  /** The events of the webhook. */
  readonly subjects: readonly { readonly id: number; readonly subject: string }[];
}

export function makeReplayTarget({ webhook, space, subjects }: LoneWebhook, rules: FiringRules): ReplayTarget {
  const spaces = new SpaceKeys();
  spaces.change([space]);
  const events = new SubjectIndex<number>();
  for (const { id, subject } of subjects) if (rules.isPermitted(subject)) events.set(subject, id);
  const { settings } = webhook;
  const { filter } = settings;
  const maxBytes = rules.filterMaxBytes;
  const scope = { paths: filter ? pathsOf(filter.condition) : new WantedPaths(), maxBytes };
  const within = (subject: string) => ({ covering: events.match(subject), spaces, scope });
  const viewOf = ({ subject, headers, receivedAt, payload }: PastMessage) =>
    new MessageView(subject, readHeaders(headers), payload, receivedAt);
  const isOfEvents = (subject: string) => !rules.isReserved(subject) && events.match(subject).length > 0;
  return {
    readsPayload: filter !== undefined,
    maxBytes,
    isOfEvents,
    wants: (message) =>
      !rules.isReserved(message.subject) && matches(webhook, viewOf(message), within(message.subject)),
    explain: (message) =>
      isOfEvents(message.subject)
        ? explain(webhook, viewOf(message), within(message.subject))
        : { fires: false, because: 'event' },
  };
}
