import { isDeepStrictEqual } from 'node:util';
import type { Tags } from '../../domain/matching/tags.js';
import { splitLogin } from '../rows/login.js';
import type { GoEvent, GoWebhook } from '../rows/read-tables.js';
import { takeTags } from '../rows/take-tags.js';
import type { OurEventRow, OurWebhookRow } from './read-ours.js';

/** The columns that both tables of the Go service have. `tags` is base64. */
interface GoRecord {
  readonly id: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly deleted_at: string | null;
  readonly created_by_id: string;
  readonly updated_by_id: string;
  readonly name: string | null;
  readonly tags: string | null;
}

export interface NewGoEvent extends GoRecord {
  readonly event: string | null;
}

export interface NewGoWebhook extends GoRecord {
  readonly url: string | null;
  readonly enabled: boolean | null;
  readonly space_id: string | null;
  readonly event_ids: readonly number[];
}

/** A value that was not changed here stays as the Go service has it, also a null. */
export function toGoEvent(event: OurEventRow, go: GoEvent | undefined): NewGoEvent {
  return { ...toGoRecord(event, go), event: unlessSame(event.event, go?.event, '') };
}

/** `used` are the events that are in use here. Links to others are not known here, so they stay. */
export function toGoWebhook(
  webhook: OurWebhookRow,
  go: GoWebhook | undefined,
  used: ReadonlySet<number>,
): NewGoWebhook {
  const others = (go?.event_ids ?? []).map(Number).filter((id) => !used.has(id));
  const isImportedDisabled = webhook.disabled_because?.startsWith('imported: ') ?? false;
  return {
    ...toGoRecord(webhook, go),
    url: urlFor(webhook.url, go?.url),
    enabled: go && isImportedDisabled ? go.enabled : unlessSame(webhook.enabled, go?.enabled, false),
    space_id: unlessSame(webhook.space_id, go?.space_id, '0'),
    event_ids: [...new Set([...webhook.event_ids, ...others])],
  };
}

function toGoRecord(ours: OurEventRow | OurWebhookRow, go: GoEvent | GoWebhook | undefined): GoRecord {
  return {
    id: ours.id,
    created_at: ours.created_at,
    updated_at: ours.updated_at,
    deleted_at: ours.deleted_at,
    created_by_id: ours.created_by_id,
    updated_by_id: ours.updated_by_id,
    name: unlessSame(ours.name, go?.name, ''),
    tags: tagsFor(ours.tags, go)?.toString('base64') ?? null,
  };
}

/** A null of the Go service stays while the value here is what was made of the null. */
function unlessSame<Value>(ours: Value, go: Value | null | undefined, ofNull: Value): Value | null {
  return go === null && ours === ofNull ? null : ours;
}

/** The credentials in a URL are apart from it here. */
function urlFor(url: string, go: string | null | undefined): string | null {
  return go && splitLogin(go).url === url ? go : unlessSame(url, go, '');
}

function tagsFor(tags: Tags, go: GoEvent | GoWebhook | undefined): Buffer | null {
  return go && isDeepStrictEqual(takeTags(go.tags).tags, tags) ? go.tags : Buffer.from(JSON.stringify(tags));
}
