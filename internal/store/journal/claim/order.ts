/**
 * True if no earlier delivery of the key is still owed; `d` is a row of `deliveries`. A delivery without a number is
 * never first.
 */
export const IS_FIRST = `(d.order_key is null or (d.order_no is not null and not exists (
  select from deliveries earlier
  where earlier.webhook_id = d.webhook_id and earlier.order_key = d.order_key and earlier.order_no < d.order_no
)))`;

/**
 * The id of the first delivery of a key, if that delivery is parked; `k` is a row with the key. A delivery that has no
 * number yet (`number-later.ts`) is not considered. Without a stream, numbers are assigned before a commit: of two
 * instances that accept at the same instant, the later number may be in progress already. So the next few deliveries
 * have to be at rest too.
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
 * Whether a webhook exists and is not suspended; `w` is its row. No index of webhooks that are not deleted supports
 * this form, so the row is found by its key. ("Hidden condition" in `sql-notes.md`.)
 */
export const IS_SENT_TO = `(w.enabled and num_nulls(w.deleted_at, w.paused_at, w.circuit_opened_at) = 3)`;
