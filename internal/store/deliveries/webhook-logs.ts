import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { type ListOf, type Page, readPage } from '../postgres/list-page.js';
import { type LogFilter, matchingLogs } from './log-filter.js';
import { type LogKey, type LogKeyRow, logKeyColumns, toLogKey } from './log-keys.js';

/** The newest log is first. */
export const LOGS_ORDER: Keyset = {
  columns: [
    { name: 'created_at', kind: 'instant' },
    { name: 'id', kind: 'integer' },
  ],
  direction: 'desc',
};

/** Lists a page of keys. The logs themselves are read step by step. */
export async function listWebhookLogs(db: Db, filter: LogFilter, page: Page): Promise<ListOf<LogKey>> {
  const matching = matchingLogs(db, filter);
  const list = { matching, order: LOGS_ORDER, columns: logKeyColumns(db), toNode: toLogKey };
  return readPage<LogKeyRow, LogKey>(db, list, page);
}
