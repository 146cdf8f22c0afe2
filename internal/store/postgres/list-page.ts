import type { Knex } from 'knex';
import type { Tag } from '../../domain/matching/tags.js';
import { AppError } from '../../errors.js';
import { type Cursor, inOrder, type Keyset, selectKey, writeCursor } from './keyset.js';
import type { Db } from './knex.js';
import { type Filters, firstRows, partsOf } from './pages/merge-ordered.js';
import { type Total, totalOf } from './pages/total.js';

export interface Page {
  readonly limit: number;
  /** The number of the page, from 1. */
  readonly page: number;
  /** Takes precedence over `page`: the rows after the position at which another page ended. */
  readonly cursor?: Cursor | undefined;
}

/** One page of the rows that match a filter, and how many rows match. */
export interface ListOf<T> {
  readonly total: number;
  /** True if too many rows match to be counted. */
  readonly isEstimate: boolean;
  readonly nodes: readonly T[];
  /** Per node, the cursor of the rows after it. */
  readonly cursors: readonly string[];
  /** The cursor of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

export interface List<Row, T> {
  readonly matching: Filters;
  readonly order: Keyset;
  readonly columns: readonly (string | Knex.Raw)[];
  toNode(row: Row): T;
}

/** A page by number reads all rows before it. Beyond this offset, only a cursor leads on. */
const FURTHEST_OFFSET = 100_000;

export async function readPage<Row, T>(db: Db, list: List<Row, T>, page: Page): Promise<ListOf<T>> {
  const { matching, order, columns, toNode } = list;
  const offset = page.cursor ? 0 : (page.page - 1) * page.limit;
  const count = () =>
    totalOf(
      db,
      partsOf(matching).map((part) => inOrder(part.clone(), order)),
    );
  if (offset > FURTHEST_OFFSET) return { ...noneOf(await count()), nodes: [], cursors: [] };
  const wanted = { order, columns: [...columns, selectKey(db, order)], cursor: page.cursor };
  const rows: (Row & { readonly cursor: Cursor })[] = await firstRows(db, matching, {
    ...wanted,
    rows: offset + page.limit + 1,
  })
    .limit(page.limit + 1)
    .offset(offset);
  const shown = rows.slice(0, page.limit);
  const nodes = shown.map(toNode);
  const cursors = shown.map(({ cursor }) => writeCursor(cursor));
  const seen = offset + nodes.length;
  const next = rows.length > page.limit ? cursors.at(-1) : undefined;
  // The last page gives the total without a count, and so does a single page.
  if (!next && !page.cursor && (nodes.length > 0 || offset === 0))
    return { total: seen, isEstimate: false, nodes, cursors, next };
  const { rows: total, isEstimate } = await count();
  return { total: nodes.length > 0 ? Math.max(total, seen) : total, isEstimate, nodes, cursors, next };
}

/** Answers a page beyond the furthest offset. A list that can be counted is shorter, so that page is empty. */
function noneOf({ rows: total, isEstimate }: Total) {
  if (!isEstimate) return { total, isEstimate, next: undefined };
  throw new AppError('conflict', `page numbers reach up to row ${FURTHEST_OFFSET}: continue with next_cursor`, 'page');
}

/** Selects only rows that have every one of the tags. The GIN indexes support `@>`. */
export function carryingTags<Query extends Knex.QueryBuilder>(
  query: Query,
  column: string,
  tags: readonly Tag[],
): Query {
  for (const { key, value } of tags) query.whereRaw('?? @> ?::jsonb', [column, JSON.stringify({ [key]: value })]);
  return query;
}
