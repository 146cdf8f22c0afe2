import { IS_SENT_TO } from '../../journal/claim/order.js';
import { VISIBLE_WEBHOOK } from '../keep-visible.js';
import { MICROSECONDS } from './window-row.js';

/*
 * Each statement reads at most `:rows` rows in the order of an index, newest first, and returns those that fit the
 * filter, at most `:most`. So the cost of a page does not depend on the size of a table, nor on how rarely a row fits.
 * ("Front of an index" and "fence" in `sql-notes.md`.)
 */

const WEBHOOK = (id: string) => `
    left join lateral (
      select ${VISIBLE_WEBHOOK} as visible, w.deleted_at is null and not ${IS_SENT_TO} as rests
      from webhooks w where w.id = ${id} offset 0
    ) as w on true`;

const OF_WEBHOOK = (id: string) => `(:webhook::int is null or ${id} = :webhook::int)`;
const OF_SUBJECT = (subject: string) => `(:subject::text is null or ${subject} = :subject::text)`;
const SUBJECT_OF = `
      (select m.subject from messages m where m.id = d.message_id and m.received_at = d.received_at)`;
const IS_HELD = '(not isfinite(d.due_at) or (d.owner is null and d.due_at <= now() and w.rests))';

/** Deliveries that are owed, by their ids: an id begins with the time of its message. */
export const OWED_WINDOW = `
  select id as delivery_id, message_id, received_at::text as received_at, webhook_id,
    ${MICROSECONDS('received_at')} as cursor_at, id::text as cursor_id, '0' as cursor_no, n = :rows::int as last, fits
  from (
    select d.*, row_number() over (order by d.id desc) as n,
      ${OF_WEBHOOK('d.webhook_id')} and coalesce(w.visible, false) and ${IS_HELD} = (:state::text = 'held')
        and d.received_at >= :since::timestamptz and d.received_at < :until::timestamptz
        and ${OF_SUBJECT(SUBJECT_OF)} as fits
    from (
      select id, message_id, received_at, webhook_id, due_at, owner from deliveries
      where id < :id::uuid and id >= :lowest::uuid
      order by id desc limit :rows::int
    ) as d${WEBHOOK('d.webhook_id')}
  ) as seen
  where fits or n = :rows::int order by n limit :most::int`;

/** Dead letters, by the time at which they were given up. */
export const DEAD_WINDOW = `
  select id as delivery_id, message_id, received_at::text as received_at, webhook_id,
    ${MICROSECONDS('died_at')} as cursor_at, id::text as cursor_id, '0' as cursor_no, n = :rows::int as last, fits
  from (
    select d.*, row_number() over (order by d.died_at desc, d.id desc) as n,
      ${OF_WEBHOOK('d.webhook_id')} and ${OF_SUBJECT('d.event')} and coalesce(w.visible, false) as fits
    from (
      select id, message_id, received_at, webhook_id, died_at, event from dead_letters
      where (:creator::bigint is null or created_by_id = :creator::bigint) and (died_at, id) < (:at::timestamptz, :id::uuid) and died_at <= :at::timestamptz
        and died_at >= :since::timestamptz and died_at < :until::timestamptz
      order by died_at desc, id desc limit :rows::int
    ) as d${WEBHOOK('d.webhook_id')}
  ) as seen
  where fits or n = :rows::int order by n limit :most::int`;

const IS_LOST = `
    (select d.id from deliveries d where d.id = owed.id) is null
      and (select d.id from dead_letters d where d.id = owed.id) is null
      and (
        select l.delivery_id from webhook_logs l
        where l.delivery_id = owed.id and l.created_at >= kept.received_at - interval '1 day'
          and l.outcome in ('delivered', 'cancelled')
        limit 1
      ) is null`;

/**
 * Deliveries in any state, by the messages that owe them. A window ends with the message that reaches `:rows` messages
 * or `:owed` deliveries. The marker of its end comes after all of its deliveries.
 */
const owedByMessages = (condition: string) => `
  with kept as (
    select *, (n = :rows::int or owed >= :owed::int) as last
    from (
      select *, row_number() over in_order as n, sum(cardinality(delivery_ids)) over in_order as owed
      from (
        select id, received_at, subject, owed_to, delivery_ids from messages
        where (received_at, id) <= (:at::timestamptz, :id::uuid) and received_at <= :at::timestamptz
          and received_at >= :since::timestamptz and received_at < :until::timestamptz
        order by received_at desc, id desc limit :rows::int
      ) as messages
      window in_order as (order by received_at desc, id desc rows unbounded preceding)
    ) as page
    where owed - cardinality(delivery_ids) < :owed::int
  )
  select * from (
    select owed.id as delivery_id, kept.id as message_id, received_at::text as received_at, owed.webhook_id,
      ${MICROSECONDS('received_at')} as cursor_at, kept.id::text as cursor_id, owed.place::text as cursor_no,
      false as last, true as fits, n, owed.place
    from kept
    cross join lateral unnest(owed_to, delivery_ids) with ordinality as owed(webhook_id, id, place)${WEBHOOK('owed.webhook_id')}
    where ${OF_WEBHOOK('owed.webhook_id')} and ${OF_SUBJECT('kept.subject')} and w.visible
      and (kept.received_at, kept.id, owed.place) < (:at::timestamptz, :id::uuid, :no::bigint) and ${condition}
    union all
    select null, id, received_at::text, null, ${MICROSECONDS('received_at')}, id::text, '0', true, false, n, 0
    from kept where last
  ) as seen
  order by n, place desc limit :most::int`;

export const ANY_WINDOW = owedByMessages('true');
export const LOST_WINDOW = owedByMessages(IS_LOST);
