import type { AuditRow, FieldChanges } from '../../domain/audit/audit-row.js';
import type { Spaces } from '../../identity/principal.js';
import type { JournalPool } from '../journal/journal-pool.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { type ListOf, type Page, readPage } from '../postgres/list-page.js';

/** The newest row is first. */
export const AUDIT_ORDER: Keyset = {
  columns: [
    { name: 'at', kind: 'instant' },
    { name: 'id', kind: 'integer' },
  ],
  direction: 'desc',
};

export interface AuditFilter {
  /** The spaces that the caller reaches or asks for. Rows of no space are among `all` only. */
  readonly spaces: Spaces;
  readonly principal?: string | undefined;
  readonly action?: string | undefined;
  readonly object?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly principal: string;
  readonly of_all_spaces: boolean;
  readonly request_id: string | null;
  readonly address: string | null;
  readonly action: string;
  readonly object: string;
  readonly space_id: string | null;
  readonly changes: FieldChanges;
}

const COLUMNS: readonly (keyof Row)[] = [
  ...(['id', 'at', 'principal', 'of_all_spaces', 'request_id', 'address'] as const),
  ...(['action', 'object', 'space_id', 'changes'] as const),
];

export async function listAudit(db: Db, filter: AuditFilter, page: Page): Promise<ListOf<AuditRow>> {
  const { spaces, principal, action, object, since, until } = filter;
  const matching = db('audit');
  if (principal !== undefined) matching.where({ principal });
  if (action !== undefined) matching.where({ action });
  if (object !== undefined) matching.where({ object });
  if (since !== undefined) matching.where('at', '>=', since);
  if (until !== undefined) matching.where('at', '<', until);
  if (spaces !== 'all') {
    // One space alone is compared by equality, so that its index also gives the order.
    if (spaces.length === 1) matching.where('space_id', spaces[0] ?? null);
    else matching.whereRaw('space_id = any(?::bigint[])', [[...spaces]]);
  }
  return readPage<Row, AuditRow>(db, { matching, order: AUDIT_ORDER, columns: COLUMNS, toNode: toRow }, page);
}

const toRow = (row: Row): AuditRow => ({
  id: row.id,
  at: row.at,
  principal: row.principal,
  ofAllSpaces: row.of_all_spaces,
  requestId: row.request_id ?? undefined,
  address: row.address ?? undefined,
  action: row.action,
  object: row.object,
  spaceId: row.space_id === null ? undefined : Number(row.space_id),
  changes: row.changes,
});

/** Removes the oldest rows, at most `limit`. Returns how many. */
export async function removeOldAudit(pool: JournalPool, olderThanMs: number, limit: number): Promise<number> {
  const text = `
    delete from audit where id = any(array(
      select id from audit where at < now() - $1 * interval '1 ms' order by at, id limit $2
    )) returning 1`;
  return (await pool.run({ text }, [olderThanMs, limit])).length;
}
