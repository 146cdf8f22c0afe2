import type { JournalPool, Statement } from '../journal/journal-pool.js';

/**
 * Why a delivery has no time at which it is sent. `ordered`: it waits for the deliveries in front of it. `unparking`:
 * its webhook is no longer suspended or was deleted, and the delivery becomes due shortly, or in its turn of a resume.
 */
export const PARKED_REASONS = ['disabled', 'paused', 'circuit_open', 'ordered', 'unparking'] as const;
export type ParkedReason = (typeof PARKED_REASONS)[number];

export interface ParkedLimits {
  /** Maximum number per reason. */
  readonly deliveries: number;
  /** Maximum number of webhooks with parked deliveries, and of ordered webhooks, that are looked at. */
  readonly webhooks: number;
}

/**
 * The webhooks that have an entry in a partial index with this condition, by "hops" (see `sql-notes.md`). `order` names
 * the columns of the index, so that it is used as sorted.
 */
const walk = (name: string, condition: string, order: string) => `
  ${name}(webhook_id, step) as (
    (select webhook_id, 1 from deliveries where ${condition} order by ${order} limit 1)
    union all
    select next.webhook_id, step + 1 from ${name} cross join lateral (
      select d.webhook_id from deliveries d where ${condition} and d.webhook_id > ${name}.webhook_id
      order by ${order} limit 1
    ) as next
    where step < $2
  )`;

const PARKED = `owner is null and due_at = 'infinity'`;

/**
 * Reads at most $1 entries per reason and at most $2 webhooks of each kind, however many deliveries are parked. Each
 * inner limit applies before its rows are counted ("front of an index" in `sql-notes.md`). Ordered deliveries are read
 * from the index of all deliveries without an owner, where those without a time come together: the index of ordering
 * keys would also contain each delivery that waits for its next attempt.
 */
const COUNT: Statement = {
  text: `
    with recursive
    ${walk('plain', `${PARKED} and order_key is null`, 'webhook_id, received_at')},
    ${walk('ordered', 'order_key is not null', 'webhook_id, order_key, order_no')},
    found as materialized (
      select f.webhook_id, f.in_order, case
        when w.deleted_at is not null then 'unparking'
        when not w.enabled then 'disabled'
        when w.paused_at is not null then 'paused'
        when w.circuit_opened_at is not null then 'circuit_open'
        when f.in_order then 'ordered'
        else 'unparking' end as reason
      from (
        select webhook_id, false as in_order from plain union all select webhook_id, true from ordered
      ) as f
      cross join lateral (select * from webhooks where webhooks.id = f.webhook_id offset 0) as w
    )
    select reasons.reason, least(plain_ones.count + ordered_ones.count, $1)::int as deliveries
    from unnest($3::text[]) as reasons(reason)
    cross join lateral (
      select count(*) from (
        select from found f cross join lateral (
          select from deliveries where webhook_id = f.webhook_id and ${PARKED} and order_key is null
          order by received_at limit $1
        ) as d
        where f.reason = reasons.reason and not f.in_order limit $1
      ) as looked_at
    ) as plain_ones
    cross join lateral (
      select count(order_key) from (
        select d.order_key from found f cross join lateral (
          select order_key from deliveries where webhook_id = f.webhook_id and ${PARKED}
          order by webhook_id, due_at limit $1
        ) as d
        where f.reason = reasons.reason and f.in_order limit $1
      ) as looked_at
    ) as ordered_ones`,
};

/** Returns the number of parked deliveries by reason. Every reason is present. */
export async function countParked(
  pool: JournalPool,
  { deliveries, webhooks }: ParkedLimits,
): Promise<ReadonlyMap<ParkedReason, number>> {
  const rows = await pool.run<{ reason: ParkedReason; deliveries: number }>(COUNT, [
    deliveries,
    webhooks,
    PARKED_REASONS,
  ]);
  return new Map(rows.map((row) => [row.reason, row.deliveries]));
}
