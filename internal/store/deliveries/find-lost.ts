import type { JournalPool, Statement } from '../journal/journal-pool.js';

/**
 * Looks up rows by keys only, in a form from which PostgreSQL cannot make a join, so the cost depends only on the rows
 * that are looked at. ("Set without a join" in `sql-notes.md`.)
 */
const FIND_LOST: Statement = {
  text: `
    select page.received_at::text as at, page.id, page.n = $5::int or page.owed >= $6::int as last, coalesce(lost.ids, '{}')::text[] as lost
    from (
      select *, row_number() over in_order as n, sum(cardinality(delivery_ids)) over in_order as owed
      from (
        select id, received_at, delivery_ids from messages
        where (received_at, id) > ($1::timestamptz, $2::uuid) and received_at >= $3::timestamptz and received_at < $4::timestamptz
        order by received_at, id limit $5
      ) as messages
      window in_order as (order by received_at, id rows unbounded preceding)
    ) as page
    cross join lateral (
      select array_agg(owed.id) as ids from unnest(page.delivery_ids) as owed(id)
      where (select d.id from deliveries d where d.id = owed.id) is null
        and (select d.id from dead_letters d where d.id = owed.id) is null
        and (
          select l.delivery_id from webhook_logs l
          where l.delivery_id = owed.id and l.created_at >= page.received_at - interval '1 day'
            and l.outcome in ('delivered', 'cancelled')
          limit 1
        ) is null
    ) as lost
    where page.owed - cardinality(page.delivery_ids) < $6 and (lost.ids is not null or page.n = $5 or page.owed >= $6)
    order by page.n`,
};

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** The last message that was looked at. */
export interface PatrolCursor {
  readonly at: string;
  readonly id: string;
}

export interface Patrol {
  readonly since: Date;
  readonly until: Date;
  readonly from: PatrolCursor | undefined;
  /** Maximum number of messages to look at. */
  readonly messages: number;
  /** Approximate number of deliveries to look for. */
  readonly deliveries: number;
}

export interface Lost {
  /** Deliveries that were accepted and are found nowhere. */
  readonly ids: readonly string[];
  /** The position at which the next call continues; undefined at the end of the range. */
  readonly next: PatrolCursor | undefined;
}

/** Looks for the deliveries of some messages, in the order in which the messages were received. */
export async function findLost(pool: JournalPool, { since, until, from, ...most }: Patrol): Promise<Lost> {
  const after = from ?? { at: since.toISOString(), id: FIRST_ID };
  const rows = await pool.run<PatrolCursor & { readonly last: boolean; readonly lost: readonly string[] }>(FIND_LOST, [
    after.at,
    after.id,
    since,
    until,
    most.messages,
    most.deliveries,
  ]);
  const end = rows.at(-1);
  return { ids: rows.flatMap(({ lost }) => lost), next: end?.last ? { at: end.at, id: end.id } : undefined };
}
