import type { JournalPool, Statement } from './journal-pool.js';

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;

const ENSURE: Statement = {
  text: `select hukz_ensure_partition(parent, (to_timestamp(at / 1000) at time zone 'UTC')::date)
         from unnest($1::text[], $2::float8[]) as wanted(parent, at)`,
};

export type PartitionedTable = 'messages' | 'webhook_logs';

/** Makes the partitions of the days (UTC) that these times, milliseconds since 1970, fall into. */
export async function ensurePartitions(
  pool: JournalPool,
  table: PartitionedTable,
  times: Iterable<number>,
): Promise<void> {
  const days = [...new Set(Array.from(times, (at) => Math.floor(at / DAY_MS) * DAY_MS))];
  // A transaction a day: each takes a lock that must not be held while another is waited for.
  for (const day of days) await pool.run(ENSURE, [[table], [day]]);
}

/** Makes yesterday's partitions (clocks differ), today's and those of the next seven days. */
export async function ensurePartitionsAhead(pool: JournalPool, now: number): Promise<void> {
  const times = Array.from({ length: DAYS_AHEAD + 2 }, (_, index) => now + (index - 1) * DAY_MS);
  await ensurePartitions(pool, 'messages', times);
  await ensurePartitions(pool, 'webhook_logs', times);
}
