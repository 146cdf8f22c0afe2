import type { JournalPool, Statement } from '../journal-pool.js';
import { IS_SENT_TO } from './order.js';

/**
 * Locks the webhook's row, so that the webhook stays suspended until the process that unparks its deliveries sees those
 * that are parked here, and so that one of several instances does it. Rows that a claim has locked are left to the
 * claim. ("Key list" in `sql-notes.md`.)
 */
export const PARK_WAITING: Statement = {
  text: `
    with resting as (
      select id from webhooks w where id = $1 and deleted_at is null and not ${IS_SENT_TO}
      for no key update skip locked
    ), parked as (
      update deliveries set due_at = 'infinity' where id = any(array(
        select d.id from resting cross join lateral (
          select id from deliveries where webhook_id = resting.id and owner is null and due_at <= now()
          order by due_at limit $2 for update skip locked
        ) as d
      )) returning id
    )
    select count(*)::int as parked from parked`,
};

/** Parks at most `limit` due deliveries of a suspended webhook, oldest first, and returns their number. */
export async function parkWaiting(pool: JournalPool, webhookId: number, limit: number): Promise<number> {
  return (await pool.run<{ parked: number }>(PARK_WAITING, [webhookId, limit]))[0]?.parked ?? 0;
}
