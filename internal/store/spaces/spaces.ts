import type { Tag } from '../../domain/matching/tags.js';
import { AppError } from '../../errors.js';
import type { Spaces } from '../../identity/principal.js';
import { noteChange } from '../audit/audited.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { carryingTags, type ListOf, type Page, readPage } from '../postgres/list-page.js';
import { type ChangeOf, requireRevision } from '../records/change.js';
import { byNames, type NameFilter } from '../records/name-filter.js';
import { storeKey } from './space-key.js';
import { type Space, type SpaceFields, type SpaceRow, spaceCells, toSpace } from './space-row.js';

export const SPACES_ORDER: Keyset = { columns: [{ name: 'id', kind: 'integer' }], direction: 'asc' };

export interface SpaceFilter extends NameFilter {
  /** The spaces that the caller may reach. */
  readonly spaces: Spaces;
  readonly tags: readonly Tag[];
}

export async function listSpaces(db: Db, filter: SpaceFilter, page: Page): Promise<ListOf<Space>> {
  const matching = byNames(carryingTags(db('spaces').whereNull('deleted_at'), 'tags', filter.tags), filter);
  if (filter.spaces !== 'all') matching.whereRaw('id = any(?::bigint[])', [[...filter.spaces]]);
  return readPage<SpaceRow, Space>(db, { matching, order: SPACES_ORDER, columns: ['*'], toNode: toSpace }, page);
}

/** Finds a space that is not deleted. */
export async function findSpace(db: Db, id: number): Promise<Space | undefined> {
  const [row]: SpaceRow[] = await db('spaces').where({ id }).whereNull('deleted_at');
  return row && toSpace(row);
}

/** Loads a space that is not deleted. */
export async function loadSpace(db: Db, id: number): Promise<Space> {
  const space = await findSpace(db, id);
  if (!space) throw new AppError('not_found', 'Record not found');
  return space;
}

/** Creates a space with the number, or with a new one. A space that exists is refused as `conflict`. */
export async function insertSpace(
  db: Db,
  owner: { readonly userId: number; readonly id: number | undefined },
  fields: SpaceFields,
): Promise<Space> {
  const { userId, id } = owner;
  const cells = { ...spaceCells(fields), created_by_id: userId, updated_by_id: userId };
  return inTransaction(db, async (trx) => {
    const row = id === undefined ? await insertNew(trx, cells) : await insertWith(trx, { ...cells, id });
    if (row) {
      const after = toSpace(row);
      noteChange(trx, 'space', { id: after.id, spaceId: after.id, after });
      return after;
    }
    throw new AppError('conflict', `space ${id} exists already: change it with PATCH /spaces/${id}`, 'id');
  });
}

type Cells = Readonly<Record<string, unknown>> & { readonly key?: unknown };

/** Leaves out numbers that are in use, because a webhook or a caller chose them. */
async function insertNew(trx: Db, cells: Cells): Promise<SpaceRow> {
  for (;;) {
    const { rows } = await trx.raw(`select nextval('spaces_new_id') as id`);
    const row = await insertWith(trx, { ...cells, id: rows[0]?.id });
    if (row) return row;
  }
}

/** Inserts a space, or replaces a deleted one with the same number. Undefined means that the number is in use. */
async function insertWith(trx: Db, cells: Cells & { readonly id: unknown }): Promise<SpaceRow | undefined> {
  const { id: _, ...values } = cells;
  const now = trx.fn.now();
  const again = {
    ...values,
    created_at: now,
    updated_at: now,
    deleted_at: null,
    revision: trx.raw('spaces.revision + 1'),
  };
  const inserting = trx('spaces').insert(cells).onConflict('id').merge(again).whereNotNull('spaces.deleted_at');
  const key = typeof cells.key === 'string' ? cells.key : null;
  const rows: SpaceRow[] = await storeKey(key, inserting.returning('*'));
  return rows[0];
}

/** Passes the current space to `decide` and stores the result. The space is locked meanwhile. */
export async function changeSpace(db: Db, change: ChangeOf, decide: (current: Space) => SpaceFields): Promise<Space> {
  const { id, userId } = change;
  return inTransaction(db, async (trx) => {
    // Webhooks of the space may be inserted meanwhile.
    const current = toSpace(onlyRow(await trx('spaces').where({ id }).whereNull('deleted_at').forNoKeyUpdate()));
    requireRevision(current, change);
    const fields = decide(current);
    const stamp = { updated_by_id: userId, updated_at: trx.fn.now(), revision: current.revision + 1 };
    const updating = trx('spaces')
      .where({ id })
      .update({ ...spaceCells(fields), ...stamp })
      .returning('*');
    const after = toSpace(onlyRow(await storeKey(fields.key, updating)));
    noteChange(trx, 'space', { id, spaceId: id, before: current, after });
    return after;
  });
}

/** Counts the webhooks of each space that are not deleted. */
export async function countWebhooks(db: Db, ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const { rows }: { rows: { id: string; webhooks: number }[] } = await db.raw(
    `select id, (select count(*)::int from webhooks where space_id = id_of.id and deleted_at is null) as webhooks
     from unnest(?::bigint[]) as id_of(id)`,
    [[...ids]],
  );
  return new Map(rows.map(({ id, webhooks }) => [Number(id), webhooks]));
}

function onlyRow([row]: readonly SpaceRow[]): SpaceRow {
  if (!row) throw new AppError('not_found', 'Record not found');
  return row;
}
