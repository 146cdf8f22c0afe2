import { CANCELLED, logOfCancelled } from '../journal/claim/cancel.js';
import type { Statement } from '../journal/journal-pool.js';

/** Selects erased messages whose rest is due to be looked at. */
export const DUE: Statement = {
  text: `
    select message_id, received_at::text, delivery_ids, swept_at is null as first
    from erased_messages where sweep_at <= now() order by sweep_at limit $1 for update skip locked`,
};

/** ("Hidden condition" in `sql-notes.md`.) */
export const CANCEL_ERASED: Statement = {
  text: `
    with cancelled as (
      delete from deliveries d where d.id = any($1::uuid[]) and num_nulls(d.owner) = 1
      returning ${CANCELLED}
    )
    ${logOfCancelled(`'the message was erased'`)}
    on conflict do nothing`,
};

/** The messages of which an instance has a delivery in memory, and may be sending it. */
export const UNDER_WAY: Statement = {
  text: `select distinct message_id from deliveries where id = any($1::uuid[])`,
};

/**
 * Empties what attempts have kept. The errors of attempts go too, because they may quote a receiver; those of
 * cancellations and interruptions are sentences of hukz. $2 is the time of the oldest message.
 */
export const EMPTY_LOGS: Statement = {
  text: `
    update webhook_logs set erased_at = now(), response_body = null, response_headers = null, request_headers = null,
      imported_data = null, error = case when outcome in ('cancelled', 'interrupted') then error end
    where delivery_id = any($1::uuid[]) and created_at >= $2::timestamptz - interval '1 day' and erased_at is null`,
};

export const MARK_DEAD: Statement = {
  text: `update dead_letters set erased_at = now() where id = any($1::uuid[]) and erased_at is null`,
};

/**
 * An instance that was declared dead may still add logs of attempts that it made before, by a statement that began
 * before the message was erased. A last look, long after such a statement has ended, finds them.
 */
export const MARK_SWEPT: Statement = {
  text: `
    update erased_messages set problem = null, swept_at = coalesce(swept_at, now()),
      sweep_at = case when swept_at is null then now() + $2 * interval '1 ms' end
    where message_id = any($1::uuid[])`,
};

export const MARK_WAITING: Statement = {
  text: `
    update erased_messages set problem = $2, sweep_at = now() + $3 * interval '1 ms' where message_id = any($1::uuid[])`,
};

export const ERASED_AMONG: Statement = {
  text: `select message_id from erased_messages where message_id = any($1::uuid[])`,
};

/** The entries are of use until no instance can be left that had a delivery of the message in memory. */
export const FORGET: Statement = {
  text: `
    delete from erased_messages where message_id in (
      select message_id from erased_messages where erased_at < now() - $1 * interval '1 ms' and sweep_at is null
      order by erased_at limit $2 for update skip locked
    ) returning 1`,
};

export const WORK: Statement = {
  text: `
    select exists (select from erasures where state = 'running') as jobs,
      exists (select from erased_messages where sweep_at <= now()) as due,
      (select count(*)::int from erased_messages where swept_at is null) as waiting,
      (select min(problem) from erased_messages where swept_at is null) as problem`,
};
