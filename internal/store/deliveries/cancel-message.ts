import type { Spaces } from '../../identity/principal.js';
import { type AuditedPool, auditedRun } from '../audit/audited.js';
import type { Statement } from '../journal/journal-pool.js';

/**
 * Ends the deliveries of a message that wait for a time and were never attempted. One statement finds, ends and logs
 * them. A delivery that a claim takes at the same moment has an owner when its row is checked, and is left to the
 * claim. ("Hidden condition" in `sql-notes.md`.)
 */
export const CANCEL_MESSAGE: Statement = {
  text: `
    with message as materialized (
      select subject, owed_to, delivery_ids from messages where id = $1
    ), reachable as materialized (
      select w.id from webhooks w
      where w.id = any(array(select unnest(owed_to) from message)) and w.space_id = any($2::bigint[])
    ), cancelled as (
      delete from deliveries d
      where d.id = any(array(select unnest(delivery_ids) from message))
        and num_nulls(d.owner) = 1 and d.attempts = 0 and d.due_at > now() and isfinite(d.due_at)
        and ($2::bigint[] is null or coalesce(d.webhook_id in (select id from reachable), false))
      returning d.id, d.message_id, d.received_at, d.webhook_id, d.attempts
    ), logged as (
      insert into webhook_logs (created_at, created_by_id, event, url, tags, webhook_id, space_id, message_id, received_at,
        delivery_id, attempt, outcome, error, duration_ms)
      select now(), w.created_by_id, message.subject, w.url, w.tags, w.id, w.space_id, c.message_id, c.received_at,
        c.id, c.attempts + 1, 'cancelled', 'the message was cancelled before it was due', 0
      from cancelled c
      join webhooks w on w.id = c.webhook_id
      cross join message
      on conflict do nothing
    )
    select exists (select from message where $2::bigint[] is null or exists (select from reachable)) as found,
      (select count(*)::int from cancelled) as cancelled`,
};

/**
 * Cancels the deliveries to webhooks of these spaces. Returns their number, or undefined if the message does not exist
 * or is owed to no webhook of the spaces.
 */
export async function cancelMessage(
  journal: AuditedPool,
  messageId: string,
  spaces: Spaces,
): Promise<number | undefined> {
  const parameters = [messageId, spaces === 'all' ? null : spaces];
  return auditedRun(journal, async (run, note) => {
    const [row] = await run<{ found: boolean; cancelled: number }>(CANCEL_MESSAGE, parameters);
    const spaceId = spaces === 'all' || spaces.length > 1 ? undefined : spaces[0];
    if (row?.cancelled)
      note({ object: `message:${messageId}`, spaceId, changes: { cancelled: { after: row.cancelled } } });
    return row?.found ? row.cancelled : undefined;
  });
}
