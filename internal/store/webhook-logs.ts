import type { LogOutcome } from '../domain/attempt.js';
import type { Tag } from '../domain/tags.js';
import type { Db } from './knex.js';
import { carryingTags, countOf, type ListOf, type Page, pageOf } from './list-page.js';
import { toWebhookLog, type WebhookLog, type WebhookLogRow } from './webhook-log-row.js';

export interface LogFilter {
  /** Whose webhooks' logs. */
  readonly createdById: number;
  readonly tags: readonly Tag[];
  readonly subject?: string | undefined;
  readonly webhookId?: number | undefined;
  readonly spaceId?: number | undefined;
  readonly outcome?: LogOutcome | undefined;
  readonly status?: number | undefined;
  /** Inclusive. */
  readonly since?: Date | undefined;
  /** Exclusive. */
  readonly until?: Date | undefined;
}

/** Newest first. */
export async function listWebhookLogs(db: Db, filter: LogFilter, page: Page): Promise<ListOf<WebhookLog>> {
  const matching = carryingTags(db('webhook_logs').where('created_by_id', filter.createdById), 'tags', filter.tags);
  if (filter.subject !== undefined) matching.where('event', filter.subject);
  if (filter.webhookId !== undefined) matching.where('webhook_id', filter.webhookId);
  if (filter.spaceId !== undefined) matching.where('space_id', filter.spaceId);
  if (filter.outcome !== undefined) matching.where('outcome', filter.outcome);
  if (filter.status !== undefined) matching.where('response_status_code', filter.status);
  if (filter.since !== undefined) matching.where('created_at', '>=', filter.since);
  if (filter.until !== undefined) matching.where('created_at', '<', filter.until);
  const rows: WebhookLogRow[] = await pageOf(matching.clone(), page)
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .select('*', db.raw('received_at::text as message_received_at'));
  // Counted after they were read: a row that comes in between must not stand in a page of which there are none.
  const total = await countOf(matching);
  return { total, nodes: rows.map(toWebhookLog) };
}
