import type { JournalPool, Statement } from '../journal-pool.js';

const FORGET: Statement = {
  text: `delete from message_ids where key in (
           select key from message_ids where seen_at < now() - $1 * interval '1 ms' order by seen_at limit $2
           for update skip locked
         ) returning key`,
};
const AT_ONCE = 10_000;

/** Deletes remembered message ids that are older than the window. Returns true when there may be more. */
export async function forgetMessageIds(pool: JournalPool, windowMs: number): Promise<boolean> {
  return (await pool.run(FORGET, [windowMs, AT_ONCE])).length === AT_ONCE;
}
