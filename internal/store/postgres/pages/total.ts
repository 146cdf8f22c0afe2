import type { Knex } from 'knex';
import type { Db } from '../knex.js';
import { unionOf } from './merge-ordered.js';

/**
 * Maximum number of rows that are counted, because the cost must not grow with the table. Rows that match rarely are
 * scattered, each on a page of its own: with 5 million logs, 1,000 of them are counted in tens of milliseconds, 10,000
 * in hundreds.
 */
const MAX_COUNTED = 1000;

export interface Total {
  readonly rows: number;
  /** True if more rows match than are counted; the number is then the planner's estimate. */
  readonly isEstimate: boolean;
}

/** Counts the rows of queries, which are disjoint. Their order determines which rows are counted first. */
export async function totalOf(db: Db, queries: readonly Knex.QueryBuilder[]): Promise<Total> {
  const some = queries.map((query) =>
    query
      .clone()
      .select(db.raw('1'))
      .limit(MAX_COUNTED + 1),
  );
  const [only] = some;
  const from = only && some.length === 1 ? only : unionOf(db, some);
  const counted: { rows: string }[] = await db.from(from.as('some')).count('* as rows');
  const rows = Number(counted[0]?.rows);
  if (rows <= MAX_COUNTED) return { rows, isEstimate: false };
  let expected = 0;
  for (const query of queries) expected += await expectedRows(db, query);
  return { rows: Math.max(rows, expected), isEstimate: true };
}

async function expectedRows(db: Db, query: Knex.QueryBuilder): Promise<number> {
  const { rows } = await db.raw('explain (format json) ?', [query.clone().clearOrder().select(db.raw('1'))]);
  const expected: unknown = rows[0]?.['QUERY PLAN']?.[0]?.Plan?.['Plan Rows'];
  return typeof expected === 'number' ? expected : 0;
}
