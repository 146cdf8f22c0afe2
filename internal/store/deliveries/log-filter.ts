import type { Knex } from 'knex';
import type { LogOutcome } from '../../domain/delivery/attempt.js';
import type { Tag } from '../../domain/matching/tags.js';
import type { Visibility } from '../../identity/visibility.js';
import type { Db } from '../postgres/knex.js';
import { carryingTags } from '../postgres/list-page.js';
import { logsBy, type VisibleLogs } from './list/visible-logs.js';

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

/** The number of a space among the marks. It may be larger than the integers that a number holds exactly. */
const markOf = (space: number) => String(BigInt(space) * 4n + 1n);

export interface MatchingLogs extends Omit<LogFilter, 'visible'> {
  readonly visible: VisibleLogs;
}

/** The logs that match, by the creators of their webhooks. */
export function matchingLogs(db: Db, filter: MatchingLogs): readonly Knex.QueryBuilder[] {
  return logsBy(db, filter.visible.creators).map((logs) => narrow(logs, filter));
}

function narrow(matching: Knex.QueryBuilder, filter: MatchingLogs): Knex.QueryBuilder {
  const { visible, tags, subject, webhookId, spaceId, outcome, status, since, until } = filter;
  if (visible.spaces !== 'all') {
    // The webhook and the space of a filter are rarer than the spaces of a token.
    const isRarer = webhookId !== undefined || spaceId !== undefined;
    const condition = isRarer ? 'coalesce(space_id = any(?::bigint[]), false)' : `${MARKS} && ?::bigint[]`;
    matching.whereRaw(condition, [isRarer ? [...visible.spaces] : visible.spaces.map(markOf)]);
  }
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
