import type { Keyset } from './keyset.js';
import type { Db } from './knex.js';
import { type ListOf, type Page, readPage } from './list-page.js';
import { type LogFilter, matchingLogs } from './log-filter.js';
import { logColumns, toWebhookLog, type WebhookLog, type WebhookLogRow } from './webhook-log-row.js';

/** Newest first. */
export const LOGS_ORDER: Keyset = {
  columns: [
    { name: 'created_at', kind: 'instant' },
    { name: 'id', kind: 'integer' },
  ],
  direction: 'desc',
};

export async function listWebhookLogs(db: Db, filter: LogFilter, page: Page): Promise<ListOf<WebhookLog>> {
  const matching = matchingLogs(db, filter);
  return readPage<WebhookLogRow, WebhookLog>(
    db,
    { matching, order: LOGS_ORDER, columns: logColumns(db), toNode: toWebhookLog },
    page,
  );
}
