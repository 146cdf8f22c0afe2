import type { Db } from './knex.js';

/**
 * Returns the database's clock, by which rows are stamped, at the end of its millisecond, so that no row of that
 * millisecond is later.
 */
export async function loadNow(db: Db): Promise<Date> {
  const { rows }: { rows: { now: Date }[] } = await db.raw(
    `select date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' as now`,
  );
  return rows[0]?.now ?? new Date();
}
