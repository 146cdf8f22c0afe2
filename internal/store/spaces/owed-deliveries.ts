import { eachRange, IN_RANGE } from '../journal/claim/owned-ranges.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';

/** Reads only the index of waiting deliveries. */
const COUNT_WAITING: Statement = {
  text: `
    select coalesce(sum(waiting), 0)::float8 as found
    from unnest($1::int[]) as w(id)
    cross join lateral (
      select count(*) as waiting from deliveries where webhook_id = w.id and owner is null
    ) as counted`,
};

const COUNT_OWNED: Statement = {
  text: `select count(*)::float8 as found from deliveries where ${IN_RANGE} and owner is not null and webhook_id = any($3::int[])`,
};

/** Counts the deliveries that are owed to these webhooks. Owned ones are found by reading the whole table. */
export async function countOwed(pool: JournalPool, webhookIds: readonly number[]): Promise<number> {
  if (webhookIds.length === 0) return 0;
  const count = async (statement: Statement, values: readonly unknown[]) => {
    const [row] = await pool.run<{ found: number }>(statement, values);
    return row?.found ?? 0;
  };
  let owed = await count(COUNT_WAITING, [webhookIds]);
  await eachRange(pool.run, async (range) => {
    owed += await count(COUNT_OWNED, [...range, webhookIds]);
  });
  return owed;
}
