import type { JournalPool, Statement } from '../journal-pool.js';
import { IS_SENT_TO } from './order.js';
import { eachRange, IN_RANGE } from './owned-ranges.js';

/**
 * Whether `d` is one of the deliveries $1 and still has its owner of $2. The form avoids a join: "set without a join"
 * in `sql-notes.md`.
 */
export const IS_STILL_OURS =
  'd.id = any($1::uuid[]) and coalesce((d.id, d.owner) in (select * from unnest($1::uuid[], $2::uuid[])), false)';

export const PARK: Statement = {
  text: `update deliveries d set owner = null, due_at = 'infinity' where ${IS_STILL_OURS}`,
};
const UNCLAIM: Statement = {
  text: `update deliveries d set owner = null, due_at = now() where ${IS_STILL_OURS}`,
};
const LIST_OWNED: Statement = {
  text: `select id from deliveries where ${IN_RANGE} and owner = $3`,
};
const UNCLAIM_STRAYS: Statement = {
  text: `update deliveries set owner = null, due_at = now()
         where owner = $1 and id = any($2::uuid[]) returning id`,
};
/**
 * Walks from one webhook with parked deliveries to the next by the index: a million deliveries of a webhook cost no
 * more than one. The `order by` clauses and the array keep the planner from reading whole tables: "hop" and "key list"
 * in `sql-notes.md`.
 */
export const UNPARK: Statement = {
  text: `
    with recursive parked(webhook_id) as (
      (select webhook_id from deliveries where owner is null and due_at = 'infinity' and order_key is null
       order by webhook_id, received_at limit 1)
      union all
      select (
        select webhook_id from deliveries
        where owner is null and due_at = 'infinity' and order_key is null and webhook_id > parked.webhook_id
        order by webhook_id, received_at limit 1
      ) from parked where webhook_id is not null
    ), enabled as (
      select d.id from parked join webhooks w on w.id = parked.webhook_id and (w.deleted_at is not null
        or (${IS_SENT_TO} and not exists (select from resumes r where r.webhook_id = w.id)))
      cross join lateral (
        select id from deliveries where webhook_id = w.id and owner is null and due_at = 'infinity' and order_key is null
        order by received_at limit $1 for update skip locked
      ) as d
      limit $1
    ), deleted as (
      select d.id from webhooks w
      cross join lateral (
        select id from deliveries where webhook_id = w.id and owner is null and due_at > now()
        order by due_at limit $1 for update skip locked
      ) as d
      where w.deleted_at > now() - interval '2 days'
      limit $1
    )
    update deliveries d set due_at = now()
    where d.id = any(array(select id from enabled union all select id from deleted))
    returning d.id`,
};

interface Owned {
  readonly id: string;
  readonly owner: string;
}

/** Parks deliveries of a disabled webhook until it is enabled: they are not due and not owned. */
export async function park(pool: JournalPool, deliveries: readonly Owned[]): Promise<void> {
  await pool.run(PARK, columns(deliveries));
}

/** Makes deliveries that were not sent due for any instance. */
export async function unclaim(pool: JournalPool, deliveries: readonly Owned[]): Promise<void> {
  await pool.run(UNCLAIM, columns(deliveries));
}

/**
 * Releases rows that this instance owns in the database but not in memory, because the answer to a committed claim was
 * lost. `isResident` is called when the list is loaded. A delivery accepted meanwhile had its memory reserved before
 * its commit, and no claim may be in progress, so every listed delivery that is really ours is resident by then.
 */
export async function unclaimStrays(
  pool: JournalPool,
  owner: string,
  isResident: (deliveryId: string) => boolean,
): Promise<number> {
  let freed = 0;
  await eachRange(pool.run, async (range) => {
    const owned = await pool.run<{ id: string }>(LIST_OWNED, [...range, owner]);
    const strays = owned.map(({ id }) => id).filter((id) => !isResident(id));
    if (strays.length > 0) freed += (await pool.run(UNCLAIM_STRAYS, [owner, strays])).length;
  });
  return freed;
}

/**
 * Makes the parked deliveries of webhooks that are no longer suspended due, except those that are resumed in steps
 * (`step-resumes.ts`), and all waiting deliveries of deleted webhooks, which sending then cancels. The limit holds for
 * each of the two.
 */
export async function unpark(pool: JournalPool, limit: number): Promise<number> {
  return (await pool.run(UNPARK, [limit])).length;
}

const columns = (deliveries: readonly Owned[]) => [
  deliveries.map(({ id }) => id),
  deliveries.map(({ owner }) => owner),
];
