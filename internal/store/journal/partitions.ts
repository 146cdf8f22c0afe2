import type { JournalPool, Statement } from './journal-pool.js';

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;

const ENSURE: Statement = {
  text: `select hukz_ensure_partition(parent, (to_timestamp(at / 1000) at time zone 'UTC')::date)
         from unnest($1::text[], $2::float8[]) as wanted(parent, at)`,
};

export type PartitionedTable = 'messages' | 'webhook_logs';

/** Creates the partitions of the days (UTC) of these times, in milliseconds since 1970. */
export async function ensurePartitions(
  pool: JournalPool,
  table: PartitionedTable,
  times: Iterable<number>,
): Promise<void> {
  const days = [...new Set(Array.from(times, (at) => Math.floor(at / DAY_MS) * DAY_MS))];
  // Each day has a transaction of its own, because each takes a lock that must not be held while another lock is waited
  // for.
  for (const day of days) await pool.run(ENSURE, [[table], [day]]);
}

/** Creates the partitions of yesterday (clocks differ), today and the next seven days. */
export async function ensurePartitionsAhead(pool: JournalPool, now: number): Promise<void> {
  const times = Array.from({ length: DAYS_AHEAD + 2 }, (_, index) => now + (index - 1) * DAY_MS);
  await ensurePartitions(pool, 'messages', times);
  await ensurePartitions(pool, 'webhook_logs', times);
}
