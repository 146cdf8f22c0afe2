import type { JournalPool, Statement } from '../journal/journal-pool.js';

/** Reads the index of waiting deliveries, and of each space no more than its limit. */
const COUNT: Statement = {
  text: `
    select limited.id::float8, (
      select count(*)::float8 from (
        select from webhooks w
        cross join lateral (
          select from deliveries d where d.webhook_id = w.id and d.owner is null limit limited.max
        ) as each
        where w.space_id = limited.id limit limited.max
      ) as found
    ) as waiting
    from unnest($1::bigint[], $2::bigint[]) as limited(id, max)`,
};

/** Counts the deliveries of spaces that wait in the database, of each space up to its limit. */
export async function countWaiting(
  pool: JournalPool,
  limits: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, number>> {
  const rows = await pool.run<{ id: number; waiting: number }>(COUNT, [[...limits.keys()], [...limits.values()]]);
  return new Map(rows.map(({ id, waiting }) => [id, waiting]));
}
