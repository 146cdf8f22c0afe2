import { receiverUrlProblem } from '../../domain/receiver-url.js';
import { type Login, splitLogin } from './login.js';
import type { GoWebhook } from './read-tables.js';
import type { Taken } from './take-event.js';
import { type OurRow, takeRecord } from './take-record.js';
import { takeTags } from './take-tags.js';

export interface OurWebhook extends OurRow {
  readonly url: string;
  readonly enabled: boolean;
  readonly disabled_because: string | null;
  readonly disabled_at: string | null;
  readonly space_id: string;
  /** Credentials that were in the URL. */
  readonly login?: Login;
  /** Its events that are in use. */
  readonly event_ids: readonly number[];
}

/** A webhook to whose URL no request can be made is kept, but disabled. `isUsed` says which events are in use. */
export function takeWebhook(webhook: GoWebhook, isUsed: (eventId: number) => boolean, now: string): Taken<OurWebhook> {
  const { tags, losses } = takeTags(webhook.tags);
  const { url, login } = splitLogin(webhook.url ?? '');
  const problem = url === '' ? 'it has no url' : receiverUrlProblem(url);
  const ids = webhook.event_ids.map(Number);
  const event_ids = ids.filter(isUsed);
  const row = {
    ...takeRecord(webhook, now),
    tags,
    url,
    enabled: problem === undefined && webhook.enabled === true,
    disabled_because: problem === undefined ? null : `imported: ${problem}`,
    disabled_at: problem === undefined ? null : now,
    space_id: webhook.space_id ?? '0',
    event_ids,
    ...(login && { login }),
  };
  const moved = login ? ['the user and password of its url become its auth'] : [];
  return { row, hash: webhook.hash, problem, losses: [...losses, ...moved] };
}
