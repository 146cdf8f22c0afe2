import type { JournalPool, Statement } from '../journal-pool.js';
import { IS_STILL_OURS } from './park.js';

/** For `offset 0` see "fence" in `../sql-notes.md`. */
export const CANCEL: Statement = {
  text: `
    with cancelled as (
      delete from deliveries d where ${IS_STILL_OURS}
      returning d.id, d.message_id, d.received_at, d.webhook_id, d.attempts
    )
    insert into webhook_logs (created_at, created_by_id, event, url, tags, webhook_id, space_id, message_id, received_at,
      delivery_id, attempt, outcome, error, duration_ms)
    select now(), w.created_by_id, coalesce(m.subject, ''), w.url, w.tags, w.id, w.space_id, c.message_id, c.received_at,
      c.id, c.attempts + 1, 'cancelled', 'the webhook was deleted', 0
    from cancelled c
    join webhooks w on w.id = c.webhook_id
    left join lateral (
      select subject from messages where messages.id = c.message_id and messages.received_at = c.received_at offset 0
    ) m on true
    on conflict do nothing`,
};

/** Ends deliveries whose webhook was deleted. Each gets a log row that says so. */
export async function cancel(
  pool: JournalPool,
  deliveries: readonly { readonly id: string; readonly owner: string }[],
): Promise<void> {
  await pool.run(CANCEL, [deliveries.map(({ id }) => id), deliveries.map(({ owner }) => owner)]);
}
