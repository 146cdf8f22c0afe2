import type { ReplayOutcome } from '../../domain/delivery/replay.js';
import type { Statement } from '../journal/journal-pool.js';

/**
 * Each statement reads at most `$7` rows in the order of an index. It returns those that fit, and the last one, so that
 * no statement takes long when few rows fit. The parameters are: $1 webhook, $2 since, $3 until, $4 event, $5 and $6
 * cursor, $8 the time of the request.
 */
const DEAD: Statement = {
  text: `
    select id as delivery_id, message_id, received_at::text, null::text as subject, null::bytea as headers,
      received_at::text as cursor_at, id::text as cursor_id, n = $7::int as last, fits
    from (
      select *, row_number() over (order by received_at, id) as n,
        erased_at is null and died_at <= $8::timestamptz and ($4::text is null or event = $4) as fits
      from (
        select * from dead_letters
        where webhook_id = $1 and (received_at, id) > ($5::timestamptz, $6::uuid)
          and received_at >= $2::timestamptz and received_at < $3::timestamptz
        order by received_at, id limit $7
      ) as page
    ) as seen where fits or n = $7 order by n`,
};

const FAILED: Statement = {
  text: `
    select id as delivery_id, message_id, received_at::text, null::text as subject, null::bytea as headers,
      $5::text as cursor_at, id::text as cursor_id, n = $7::int as last, fits
    from (
      select *, row_number() over (order by id) as n,
        webhook_id = $1 and failures > 0 and owner is null and due_at > $8::timestamptz and isfinite(due_at)
          and received_at >= $2::timestamptz and received_at < $3::timestamptz
          and ($4::text is null or exists (
            select from messages m where m.received_at = page.received_at and m.id = page.message_id and m.subject = $4
          )) as fits
      from (select * from deliveries where id > $6::uuid order by id limit $7) as page
    ) as seen where fits or n = $7 order by n`,
};

/**
 * Reads the logs of the webhook's creator, whose index is by time. A delivery is listed where it first had this
 * outcome.
 */
const logged = (outcome: 'delivered' | 'cancelled'): Statement => ({
  text: `
    select delivery_id, message_id, received_at::text, null::text as subject, null::bytea as headers,
      created_at::text as cursor_at, id::text as cursor_id, n = $7::int as last, fits
    from (
      select *, row_number() over (order by created_at, id) as n,
        outcome = '${outcome}' and erased_at is null and webhook_id = $1 and ($4::text is null or event = $4)
          and received_at >= $2::timestamptz and received_at < $3::timestamptz
          and not exists (
            select from webhook_logs earlier
            where earlier.delivery_id = page.delivery_id and earlier.attempt < page.attempt
              and earlier.outcome = '${outcome}' and earlier.created_at >= page.received_at - interval '1 day'
          ) as fits
      from (
        select delivery_id, message_id, received_at, created_at, id, outcome, webhook_id, event, attempt, erased_at
        from webhook_logs
        where created_by_id = (select created_by_id from webhooks where webhooks.id = $1)
          and (created_at, id) > ($5::timestamptz, $6::bigint)
          and created_at >= $2::timestamptz - interval '1 day' and created_at <= $8::timestamptz
        order by created_at, id limit $7
      ) as page
    ) as seen where fits or n = $7 order by n`,
});

const MISSING: Statement = {
  text: `
    select null::uuid as delivery_id, id as message_id, received_at::text, subject, headers,
      received_at::text as cursor_at, id::text as cursor_id, n = $7::int as last, fits
    from (
      select *, row_number() over (order by received_at, id) as n,
        erased_at is null and not owed_to @> array[$1::int] and ($4::text is null or subject = $4) as fits
      from (
        select id, received_at, subject, headers, owed_to, erased_at from messages
        where (received_at, id) > ($5::timestamptz, $6::uuid)
          and received_at >= $2::timestamptz and received_at < least($3::timestamptz, $8::timestamptz)
        order by received_at, id limit $7
      ) as page
    ) as seen where fits or n = $7 order by n`,
};

/** Finds the deliveries that the account does not close over, by keys, as the patrol does. */
const LOST: Statement = {
  text: `
    select delivery_id, id as message_id, received_at::text, null::text as subject, null::bytea as headers,
      received_at::text as cursor_at, id::text as cursor_id, n = $7::int as last, fits
    from (
      select *, row_number() over (order by received_at, id) as n,
        erased_at is null and delivery_id is not null and ($4::text is null or subject = $4)
          and (select d.id from deliveries d where d.id = page.delivery_id) is null
          and (select d.id from dead_letters d where d.id = page.delivery_id) is null
          and not exists (
            select from webhook_logs l
            where l.delivery_id = page.delivery_id and l.created_at >= page.received_at - interval '1 day'
              and l.outcome in ('delivered', 'cancelled')
          ) as fits
      from (
        select id, received_at, subject, erased_at, delivery_ids[array_position(owed_to, $1::int)] as delivery_id from messages
        where (received_at, id) > ($5::timestamptz, $6::uuid)
          and received_at >= $2::timestamptz and received_at < least($3::timestamptz, $8::timestamptz)
        order by received_at, id limit $7
      ) as page
    ) as seen where fits or n = $7 order by n`,
};

export const WINDOW_STATEMENTS: Readonly<Record<ReplayOutcome, Statement>> = {
  dead: DEAD,
  failed: FAILED,
  delivered: logged('delivered'),
  cancelled: logged('cancelled'),
  lost: LOST,
  missing: MISSING,
};
