import { AppError } from '../../errors.js';
import type { Visibility } from '../../identity/visibility.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { type ListOf, type Page, readPage } from '../postgres/list-page.js';
import { nameCreators } from './list/visible-logs.js';
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
  const matching = matchingLogs(db, { ...filter, visible: await nameCreators(db, filter.visible) });
  const list = { matching, order: LOGS_ORDER, columns: logKeyColumns(db), toNode: toLogKey };
  return readPage<LogKeyRow, LogKey>(db, list, page);
}

/** Finds a visible log by its id. Any other is refused as `not_found`. */
export async function findLog(db: Db, key: { readonly id: number; readonly visible: Visibility }): Promise<LogKey> {
  const { createdById, spaces } = key.visible;
  const creator = createdById === 'all' ? [null, true] : [createdById, false];
  // The index of ids has no order, so the id is compared in a form that the index of users does not support.
  const row: LogKeyRow | undefined = await db('webhook_logs')
    .where({ id: key.id })
    .whereRaw('coalesce(created_by_id = ?, ?)', creator)
    .whereRaw('coalesce(space_id = any(?), ?)', [spaces === 'all' ? null : [...spaces], spaces === 'all'])
    .first(logKeyColumns(db));
  if (!row) throw new AppError('not_found', 'Record not found');
  return toLogKey(row);
}
