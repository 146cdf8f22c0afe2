/** Whether no earlier delivery of its key is still owed; `d` is a row of `deliveries`. What has no number yet is never first. */
export const IS_FIRST = `(d.order_key is null or (d.order_no is not null and not exists (
  select from deliveries earlier
  where earlier.webhook_id = d.webhook_id and earlier.order_key = d.order_key and earlier.order_no < d.order_no
)))`;

/**
 * The id of the first delivery of a key, if it waits for nothing but its turn; `k` is a row with the key. What has no number
 * yet (`number-later.ts`) has no turn. Without a stream, numbers are taken before a commit: of two instances that accept at
 * the same instant, the later number may be under way already. So the next few have to rest too.
 */
export const NEXT_OF_KEY = `
  select near.id from (
    select few.id, few.order_no, bool_and(few.owner is null and few.due_at = 'infinity') over () as rests
    from (
      select d.id, d.order_no, d.owner, d.due_at from deliveries d
      where d.webhook_id = k.webhook_id and d.order_key = k.order_key and d.order_no is not null
      order by d.order_no limit 8
    ) as few
  ) as near where rests order by near.order_no limit 1`;

/**
 * Whether a webhook is sent to; `w` is its row. In words that no index of living webhooks answers to: it is found by its key.
 * ("Hidden condition" in `../sql-notes.md`.)
 */
export const IS_SENT_TO = `(w.enabled and num_nulls(w.deleted_at, w.paused_at, w.circuit_opened_at) = 3)`;
