import type { Statement } from '../journal-pool.js';
import { columns, int4s, parameters, rowsOf, value } from '../parameters.js';

/** The columns of each row `d` that a claim returns. */
export const CLAIMED = `d.id, d.message_id, extract(epoch from d.received_at)::float8 * 1000 as received_at, d.webhook_id,
      d.attempts, d.failures, d.replay, d.order_key`;

export const CLAIM_INPUT = parameters({
  /** The id of the claiming instance. */
  owner: value<string>(),
  /** Webhooks to leave out. */
  except: columns<number>()({ webhook_id: int4s((id) => id) }),
  /** Maximum number of rows. */
  rows: value<number>(),
  bytes: value<number>(),
  /** Webhooks with room for only this many deliveries. */
  rooms: columns<readonly [webhookId: number, room: number]>()({
    webhook_id: int4s(([webhookId]) => webhookId),
    room: int4s(([, room]) => room),
  }),
  /** The room of any other webhook. */
  others: value<number>(),
});
const { $ } = CLAIM_INPUT;

const ME = `me as (select id from instances where id = ${$.owner} for key share)`;
const DUE = 'owner is null and due_at <= now()';
/**
 * The same condition for a row that is looked up by its key, in a form that no index of due deliveries supports:
 * "hidden condition" in `sql-notes.md`; `claim-plans-surprised.test.ts` shows the cost of the plain form.
 */
const STILL_DUE = 'num_nulls(owner) = 1 and due_at <= now()';
const ROOMS = `rooms as materialized (select * from ${rowsOf($.rooms)})`;

/** Claims rows of `due` until the byte limit is reached. */
const CLAIM_FITTING = `
    fitting as (
      select id from (select id, bytes, sum(bytes) over (order by due_at, id) as total from due) as summed
      where total - bytes < ${$.bytes}
    )
    update deliveries d set owner = (select id from me)
    where d.id = any(array(select fitting.id from fitting, me))
    returning ${CLAIMED}, d.bytes`;

/**
 * Number of oldest deliveries that are searched: twice the maximum of a claim, so that another instance at the same
 * moment finds deliveries behind it. When a longer queue is in front of the others, `CLAIM_AROUND` walks around it,
 * webhook by webhook. ("Front of an index" in `sql-notes.md`.)
 */
const LOOKED_THROUGH = 4000;
const HEAD = `(select id, webhook_id, bytes, due_at from deliveries where ${DUE} order by due_at limit ${LOOKED_THROUGH})`;

/** Claims the oldest due deliveries without an owner, as far as they fit. Concurrent claims skip each other's rows. */
export const CLAIM_OLDEST: Statement = {
  name: 'claim',
  text: `
    with ${ME}, ${ROOMS}, near as materialized (
      select head.id, head.due_at from (
        select *, row_number() over (partition by webhook_id order by due_at, id) as place from ${HEAD} as oldest
        where webhook_id <> all(${$.except.webhook_id})
      ) as head
      left join rooms using (webhook_id)
      where place <= coalesce(room, ${$.others})
    ), due as (
      select d.* from (select id from near order by due_at) as near cross join lateral (
        select id, bytes, due_at from deliveries d
        where d.id = near.id and ${STILL_DUE} for update skip locked
      ) as d
      limit ${$.rows}
    ),${CLAIM_FITTING}`,
};

/**
 * Claims an equal part of each webhook with waiting deliveries, and walks from one webhook to the next by the index. It
 * runs when too many of the oldest deliveries belong to webhooks that are left out ("hop" in `sql-notes.md`). Each
 * run begins at a random webhook, so that among very many none is always last.
 */
export const CLAIM_AROUND: Statement = {
  name: 'claim-around',
  text: `
    with recursive ${ME}, ${ROOMS}, begin as materialized (
      select floor(random() * (select max(webhook_id) from deliveries where owner is null))::int as id
      where (select count(*) from ${HEAD} as head) = ${LOOKED_THROUGH}
    ), ring(webhook_id, first, step) as (
      select first.id, first.id, 1 from begin cross join lateral (
        select coalesce(
          (select webhook_id from deliveries where owner is null and webhook_id > begin.id order by webhook_id limit 1),
          (select min(webhook_id) from deliveries where owner is null)) as id
      ) as first where first.id is not null
      union all
      select next.id, first, step + 1 from ring cross join lateral (
        select coalesce(
          (select webhook_id from deliveries where owner is null and webhook_id > ring.webhook_id order by webhook_id limit 1),
          (select min(webhook_id) from deliveries where owner is null)) as id
      ) as next where next.id <> first and step < 1000
    ), open as materialized (
      select webhook_id, least(coalesce(room, ${$.others}), ceil(${$.rows}::float8 / count(*) over ())) as part
      from ring left join rooms using (webhook_id) where webhook_id <> all(${$.except.webhook_id})
    ), due as (
      select waiting.* from open cross join lateral (
        select id, bytes, due_at from deliveries d where ${DUE} and d.webhook_id = open.webhook_id
        order by due_at limit part for update skip locked
      ) as waiting
      limit ${$.rows}
    ),${CLAIM_FITTING}`,
};
