import type { Erasure, ErasureSelection } from '../../domain/erasure/erasure.js';
import { AppError } from '../../errors.js';
import { noteObject } from '../audit/audited.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { type ListOf, type Page, readPage } from '../postgres/list-page.js';
import { type ErasureRest, type ErasureRow, FORGOTTEN, toErasure } from './erasure-row.js';

export interface NewErasure {
  readonly selection: ErasureSelection;
  readonly createdAt: Date;
  readonly createdById: number;
  readonly total: number;
}

/** The condition on the content may name a person, so the audit only says that there is one. */
export async function insertErasure(db: Db, erasure: NewErasure): Promise<Erasure> {
  const { ids, since, until, event, spaceId, content } = erasure.selection;
  const cells = {
    created_at: erasure.createdAt,
    created_by_id: erasure.createdById,
    ids: ids ? [...ids] : null,
    since: since ?? null,
    until,
    event: event ?? null,
    space_id: spaceId ?? null,
    content: content?.text ?? null,
    total: erasure.total,
  };
  return inTransaction(db, async (trx) => {
    const [row]: ErasureRow[] = await trx('erasures').insert(cells).returning('*');
    const made = requireErasure(row, { waiting: 0, problem: null });
    const selected = ids
      ? { ids: { after: ids.length } }
      : {
          ...(since && { since: { after: since.toISOString() } }),
          until: { after: until.toISOString() },
          ...(event !== undefined && { event: { after: event } }),
          ...(content && { has_content: { after: true } }),
        };
    const changes = { ...selected, total: { after: erasure.total } };
    noteObject(trx, { object: `erasure:${made.id}`, spaceId, changes });
    return made;
  });
}

/** The newest erasure is first. */
export const ERASURES_ORDER: Keyset = {
  columns: [
    { name: 'created_at', kind: 'instant' },
    { name: 'id', kind: 'uuid' },
  ],
  direction: 'desc',
};

const WAITING = `(select count(*)::int from erased_messages e where e.erasure_id = erasures.id and e.swept_at is null)`;
const PROBLEM = `(select min(problem) from erased_messages e where e.erasure_id = erasures.id and e.swept_at is null)`;

type WithRest = ErasureRow & ErasureRest;

export async function listErasures(db: Db, page: Page): Promise<ListOf<Erasure>> {
  const list = { matching: db('erasures'), order: ERASURES_ORDER, columns: columnsOf(db), toNode: toWhole };
  return readPage<WithRest, Erasure>(db, list, page);
}

export async function loadErasure(db: Db, id: string): Promise<Erasure> {
  const row: WithRest | undefined = await db('erasures').where({ id }).first(columnsOf(db));
  return requireErasure(row, row ?? { waiting: 0, problem: null });
}

/**
 * Ends a running erasure. Its erased messages stay erased. An erasure that has ended stays as it is. The statement
 * waits for a step in progress.
 */
export async function cancelErasure(db: Db, id: string): Promise<Erasure> {
  return inTransaction(db, async (trx) => {
    const content = trx.raw('case when content is not null then ? end', [FORGOTTEN]);
    const ended = { state: 'cancelled', finished_at: trx.fn.now(), content };
    const stopped = await trx('erasures').where({ id, state: 'running' }).update(ended);
    const erasure = await loadErasure(trx, id);
    const spaceId = erasure.selection.spaceId;
    const changes = { state: { before: 'running', after: 'cancelled' } };
    if (stopped > 0) noteObject(trx, { object: `erasure:${id}`, spaceId, changes });
    return erasure;
  });
}

const columnsOf = (db: Db) => ['*', db.raw(`${WAITING} as waiting`), db.raw(`${PROBLEM} as problem`)];
const toWhole = (row: WithRest): Erasure => toErasure(row, row);

function requireErasure(row: ErasureRow | undefined, rest: ErasureRest): Erasure {
  if (!row) throw new AppError('not_found', 'Record not found');
  return toErasure(row, rest);
}
