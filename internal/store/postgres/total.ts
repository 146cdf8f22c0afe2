import type { Knex } from 'knex';
import type { Db } from './knex.js';

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

/** Counts the rows of a query. Its order determines which rows are counted first. */
export async function totalOf(db: Db, query: Knex.QueryBuilder): Promise<Total> {
  const some = query
    .clone()
    .select(db.raw('1'))
    .limit(MAX_COUNTED + 1);
  const counted: { rows: string }[] = await db.from(some.as('some')).count('* as rows');
  const rows = Number(counted[0]?.rows);
  if (rows <= MAX_COUNTED) return { rows, isEstimate: false };
  return { rows: Math.max(rows, await expectedRows(db, query)), isEstimate: true };
}

async function expectedRows(db: Db, query: Knex.QueryBuilder): Promise<number> {
  const { rows } = await db.raw('explain (format json) ?', [query.clone().clearOrder().select(db.raw('1'))]);
  const expected: unknown = rows[0]?.['QUERY PLAN']?.[0]?.Plan?.['Plan Rows'];
  return typeof expected === 'number' ? expected : 0;
}
