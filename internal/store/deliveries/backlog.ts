import type { JournalPool, Statement } from '../journal/journal-pool.js';

/** Reads at most $1 rows of the index of due deliveries: "front of an index" in `sql-notes.md`. */
const LOOK: Statement = {
  text: `
    select count(*)::int as deliveries, coalesce(extract(epoch from now() - min(due_at)), 0)::float8 as oldest_s
    from (
      select due_at from deliveries where owner is null and due_at <= now() order by due_at limit $1
    ) as due`,
};

/** Deliveries that are due and that no instance has in memory. */
export interface Backlog {
  /** The number of these deliveries; `limit` if there are as many or more. */
  readonly deliveries: number;
  /** Seconds of the database's clock for which the oldest of them has been due; 0 when there is none. */
  readonly oldestSeconds: number;
}

export async function loadBacklog(pool: JournalPool, limit: number): Promise<Backlog> {
  const [row] = await pool.run<{ deliveries: number; oldest_s: number }>(LOOK, [limit]);
  return { deliveries: row?.deliveries ?? 0, oldestSeconds: row?.oldest_s ?? 0 };
}

/** Reads at most $1 entries of the index by time of death: "front of an index" in `sql-notes.md`. */
const COUNT_DEAD: Statement = {
  text: `select count(*)::int as dead from (select from dead_letters order by died_at limit $1) as kept`,
};

/** Returns the number of dead letters that are kept; `limit` if there are as many or more. */
export async function countDeadLetters(pool: JournalPool, limit: number): Promise<number> {
  return (await pool.run<{ dead: number }>(COUNT_DEAD, [limit]))[0]?.dead ?? 0;
}
