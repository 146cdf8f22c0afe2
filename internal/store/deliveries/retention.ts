import type { JournalPool, Statement } from '../journal/journal-pool.js';
import type { PartitionedTable } from '../journal/partitions.js';

const EXPIRED: Statement = {
  text: `
    select part.relname as name, to_char(day, 'YYYY-MM-DD') as day, pg_total_relation_size(part.oid)::float8 as bytes
    from pg_inherits
    join pg_class part on part.oid = inhrelid
    cross join lateral to_date(right(part.relname, 8), 'YYYYMMDD') as day
    where inhparent = $1::text::regclass and part.relname ~ '_[0-9]{8}$'
      and (day + 1)::timestamp at time zone 'UTC' <= now() - $2 * interval '1 ms'
    order by day`,
};
const DROP: Statement = { text: 'select hukz_drop_partition($1, $2::date) as done' };
const DELETE_DEAD: Statement = {
  text: `
    delete from dead_letters where id in (
      select id from dead_letters where died_at < now() - $1 * interval '1 ms' order by died_at limit $2
      for update skip locked
    ) returning id`,
};
const DELETE_ERASURES: Statement = {
  text: `delete from erasures where state <> 'running' and finished_at < now() - $1 * interval '1 ms' returning id`,
};
const DELETE_REPLAYS: Statement = {
  text: `delete from replays where state <> 'running' and finished_at < now() - $1 * interval '1 ms' returning id`,
};
/**
 * Skips secrets that a rotation has locked. Senders stop using an expired secret at its time, also before it is
 * deleted.
 */
const DELETE_SECRETS: Statement = {
  text: `
    delete from webhook_secrets where id in (
      select id from webhook_secrets where expires_at <= now() order by id limit $1 for update skip locked
    ) returning id`,
};
const DELETE_REQUESTS: Statement = {
  text: `
    delete from idempotent_requests where id in (
      select id from idempotent_requests where created_at < now() - $1 * interval '1 ms' order by created_at limit $2
      for update skip locked
    ) returning 1`,
};
const BYTES: Statement = {
  text: `
    select coalesce(parent.relname, part.relname) as name, sum(pg_total_relation_size(part.oid))::float8 as bytes
    from pg_class part
    left join pg_inherits on inhrelid = part.oid
    left join pg_class parent on parent.oid = inhparent
    where part.relkind = 'r' and part.relnamespace = current_schema()::regnamespace
      and coalesce(parent.relname, part.relname) = any($1::text[])
    group by 1`,
};

export const MEASURED_TABLES = [
  'messages',
  'deliveries',
  'dead_letters',
  'webhook_logs',
  'events',
  'webhooks',
  'webhook_events',
  'replays',
  'idempotent_requests',
];

/** A daily partition (UTC) whose retention time is over. */
export interface ExpiredPartition {
  readonly name: string;
  readonly day: string;
  readonly bytes: number;
}

/**
 * `needed`: an owed delivery, a dead letter or a running replay refers to the partition. `busy`: another instance is
 * dropping partitions.
 */
export type DropResult = 'dropped' | 'needed' | 'busy';

/** Returns the expired partitions, oldest first. */
export async function expiredPartitions(
  pool: JournalPool,
  table: PartitionedTable,
  olderThanMs: number,
): Promise<readonly ExpiredPartition[]> {
  return pool.run<ExpiredPartition>(EXPIRED, [table, olderThanMs]);
}

/** Rejects with 55P03 when a lock could not be taken within 100 ms. Try again later. */
export async function dropPartition(pool: JournalPool, table: PartitionedTable, day: string): Promise<DropResult> {
  const [row] = await pool.run<{ done: DropResult }>(DROP, [table, day]);
  return row?.done ?? 'busy';
}

/** Deletes one batch of dead letters, and returns their number. */
export async function deleteDeadLetters(pool: JournalPool, olderThanMs: number, limit: number): Promise<number> {
  return (await pool.run(DELETE_DEAD, [olderThanMs, limit])).length;
}

/** Deletes the replays that ended more than `olderThanMs` ago. */
export async function deleteReplays(pool: JournalPool, olderThanMs: number): Promise<number> {
  return (await pool.run(DELETE_REPLAYS, [olderThanMs])).length;
}

/** Deletes the erasures that ended more than `olderThanMs` ago. Erased messages say when they were erased. */
export async function deleteErasures(pool: JournalPool, olderThanMs: number): Promise<number> {
  return (await pool.run(DELETE_ERASURES, [olderThanMs])).length;
}

/** Deletes one batch of expired secrets, and returns their number. */
export async function deleteExpiredSecrets(pool: JournalPool, limit: number): Promise<number> {
  return (await pool.run(DELETE_SECRETS, [limit])).length;
}

/** Deletes one batch of requests with an `Idempotency-Key` whose answers are forgotten, and returns their number. */
export async function deleteIdempotentRequests(pool: JournalPool, olderThanMs: number, limit: number): Promise<number> {
  return (await pool.run(DELETE_REQUESTS, [olderThanMs, limit])).length;
}

/** Returns the size in bytes of each table, with its indexes and partitions. */
export async function tableBytes(pool: JournalPool): Promise<ReadonlyMap<string, number>> {
  const rows = await pool.run<{ name: string; bytes: number }>(BYTES, [MEASURED_TABLES]);
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}
