import type { Knex } from 'knex';
import { after, type Cursor, inOrder, type Keyset } from '../keyset.js';
import type { Db } from '../knex.js';

/**
 * Filters without order, limit and columns. Of several, whose rows are disjoint, each may have an index of its own: the
 * first rows of each are read and merged.
 */
export type Filters = Knex.QueryBuilder | readonly Knex.QueryBuilder[];

export interface Ordered {
  readonly order: Keyset;
  readonly columns: readonly (string | Knex.Raw)[];
  /** The position after which the rows begin. */
  readonly cursor?: Cursor | undefined;
  /** The number of rows that are wanted from the cursor on. */
  readonly rows: number;
}

/**
 * The first rows of the filters in the order of a list. Each of several filters gets the order and the limit, because
 * PostgreSQL gives a part of a union an ordered plan only then.
 */
export function firstRows(db: Db, filters: Filters, { order, columns, cursor, rows }: Ordered): Knex.QueryBuilder {
  const parts = partsOf(filters).map((filter) => {
    const from = cursor ? after(filter.clone(), order, cursor) : filter.clone();
    return inOrder(from, order)
      .select(...columns)
      .limit(rows);
  });
  const [only] = parts;
  if (only && parts.length === 1) return only;
  // A column of the list may have the name of a key in another form.
  const keyed = parts.map((part) =>
    part.select(order.columns.map(({ name }, n) => db.raw('?? as ??', [name, keyName(n)]))),
  );
  const merged = db.from(unionOf(db, keyed).as('merged')).select('*');
  return merged.orderBy(order.columns.map((_, n) => ({ column: keyName(n), order: order.direction }))).limit(rows);
}

export const partsOf = (filters: Filters): readonly Knex.QueryBuilder[] => ('clone' in filters ? [filters] : filters);

export const unionOf = (db: Db, parts: readonly Knex.QueryBuilder[]): Knex.QueryBuilder =>
  db.queryBuilder().unionAll([...parts], true);

const keyName = (n: number) => `key_${n}`;
