import type { JournalPool, Statement } from '../journal-pool.js';
import { IS_SENT_TO } from './order.js';

/**
 * The webhook's row is locked: it cannot be sent to again before what was held meanwhile is seen by whoever releases it, and
 * of several instances one does it. What a claim has in its hands is left to it. ("Key list" in `../sql-notes.md`.)
 */
export const PARK_WAITING: Statement = {
  text: `
    with resting as (
      select id from webhooks w where id = $1 and deleted_at is null and not ${IS_SENT_TO}
      for no key update skip locked
    ), held as (
      update deliveries set due_at = 'infinity' where id = any(array(
        select d.id from resting cross join lateral (
          select id from deliveries where webhook_id = resting.id and owner is null and due_at <= now()
          order by due_at limit $2 for update skip locked
        ) as d
      )) returning id
    )
    select count(*)::int as held from held`,
};

/** Holds what is due of a webhook that is not sent to, at most `limit`, oldest first. Answers how many. */
export async function parkWaiting(pool: JournalPool, webhookId: number, limit: number): Promise<number> {
  return (await pool.run<{ held: number }>(PARK_WAITING, [webhookId, limit]))[0]?.held ?? 0;
}
