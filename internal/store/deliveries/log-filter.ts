import type { Knex } from 'knex';
import type { LogOutcome } from '../../domain/delivery/attempt.js';
import type { Tag } from '../../domain/matching/tags.js';
import type { Visibility } from '../../identity/visibility.js';
import type { Db } from '../postgres/knex.js';
import { carryingTags } from '../postgres/list-page.js';
import { keepVisible } from './keep-visible.js';

export interface LogFilter {
  readonly visible: Visibility;
  readonly tags: readonly Tag[];
  readonly subject?: string | undefined;
  readonly webhookId?: number | undefined;
  readonly spaceId?: number | undefined;
  readonly outcome?: LogOutcome | undefined;
  readonly status?: number | undefined;
  /** Logs from this instant on. */
  readonly since?: Date | undefined;
  /** Logs before this instant. */
  readonly until?: Date | undefined;
}

/**
 * The indexed expression of `webhook_logs_marks`, which must match to the letter: the values that logs are filtered by,
 * as numbers in one array.
 */
export const MARKS = '(array[webhook_id::bigint * 4, space_id * 4 + 1, hashtext(event)::bigint * 4 + 2])';

export function matchingLogs(db: Db, filter: LogFilter): Knex.QueryBuilder {
  const { visible, tags, subject, webhookId, spaceId, outcome, status, since, until } = filter;
  const matching = keepVisible(db('webhook_logs'), { creator: 'created_by_id', space: 'space_id' }, visible);
  carryingTags(matching, 'tags', tags);
  if (webhookId !== undefined) matching.whereRaw(`${MARKS} @> array[?::bigint * 4]`, [webhookId]);
  if (spaceId !== undefined) matching.whereRaw(`${MARKS} @> array[?::bigint * 4 + 1]`, [spaceId]);
  if (subject !== undefined) {
    matching.whereRaw(`${MARKS} @> array[hashtext(?)::bigint * 4 + 2]`, [subject]);
    // Two subjects may have the same hash.
    also(matching, 'event', subject);
  }
  const isBad = status !== undefined && (status < 200 || status > 299);
  if (isBad || outcome === 'failed') matching.whereNot('outcome', 'delivered');
  if (outcome === 'failed') also(matching, 'outcome', outcome);
  else if (outcome !== undefined) matching.where({ outcome });
  if (isBad) also(matching, 'response_status_code', status);
  else if (status !== undefined) matching.where('response_status_code', status);
  if (since !== undefined) matching.where('created_at', '>=', since);
  if (until !== undefined) matching.where('created_at', '<', until);
  return matching;
}

/**
 * Adds a condition that nearly follows from another one. PostgreSQL must not multiply their probabilities, so this form
 * hides the condition from the planner: "set without a join" in `sql-notes.md`.
 */
function also(matching: Knex.QueryBuilder, column: string, value: string | number): void {
  matching.whereRaw('coalesce(?? = ?, false)', [column, value]);
}
