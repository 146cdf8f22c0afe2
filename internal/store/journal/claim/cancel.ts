import type { JournalPool, Statement } from '../journal-pool.js';
import { IS_STILL_OURS } from './park.js';

/** The columns of a deleted delivery that `logOfCancelled` needs. */
export const CANCELLED = 'd.id, d.message_id, d.received_at, d.webhook_id, d.attempts';

/**
 * Inserts the log rows of cancelled deliveries, which are the rows of `cancelled`. `because` is an SQL expression. For
 * `offset 0` see "fence" in `sql-notes.md`.
 */
export const logOfCancelled = (because: string) => `
    insert into webhook_logs (created_at, created_by_id, event, url, tags, webhook_id, space_id, message_id, received_at,
      delivery_id, attempt, outcome, error, duration_ms)
    select now(), w.created_by_id, coalesce(m.subject, ''), w.url, w.tags, w.id, w.space_id, c.message_id, c.received_at,
      c.id, c.attempts + 1, 'cancelled', ${because}, 0
    from cancelled c
    join webhooks w on w.id = c.webhook_id
    left join lateral (
      select subject from messages where messages.id = c.message_id and messages.received_at = c.received_at offset 0
    ) m on true`;

export const CANCEL: Statement = {
  text: `
    with cancelled as (
      delete from deliveries d where ${IS_STILL_OURS}
      returning ${CANCELLED}
    )
    ${logOfCancelled(`'the webhook was deleted'`)}
    on conflict do nothing`,
};

/** Ends deliveries whose webhook was deleted. Each gets a log row that says so. */
export async function cancel(
  pool: JournalPool,
  deliveries: readonly { readonly id: string; readonly owner: string }[],
): Promise<void> {
  await pool.run(CANCEL, [deliveries.map(({ id }) => id), deliveries.map(({ owner }) => owner)]);
}
