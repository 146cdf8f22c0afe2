import type { JournalPool, Statement } from '../journal-pool.js';
import { IS_SENT_TO } from './order.js';
import { eachRange, IN_RANGE } from './owned-ranges.js';

/** Whether `d` is one of the deliveries $1, and still owned by its owner of $2. No join: "set without a join" in `../sql-notes.md`. */
export const IS_STILL_OURS =
  'd.id = any($1::uuid[]) and coalesce((d.id, d.owner) in (select * from unnest($1::uuid[], $2::uuid[])), false)';

export const PARK: Statement = {
  text: `update deliveries d set owner = null, due_at = 'infinity' where ${IS_STILL_OURS}`,
};
const GIVE_BACK: Statement = {
  text: `update deliveries d set owner = null, due_at = now() where ${IS_STILL_OURS}`,
};
const LIST_OWNED: Statement = {
  text: `select id from deliveries where ${IN_RANGE} and owner = $3`,
};
const GIVE_BACK_STRAYS: Statement = {
  text: `update deliveries set owner = null, due_at = now()
         where owner = $1 and id = any($2::uuid[]) returning id`,
};
/**
 * From one webhook that something is held for to the next, by the index: a million of one cost no more than one. The orders
 * and the array are there for the planner, which takes whole tables for cheaper: "hop" and "key list" in `../sql-notes.md`.
 */
export const UNPARK: Statement = {
  text: `
    with recursive held(webhook_id) as (
      (select webhook_id from deliveries where owner is null and due_at = 'infinity' and order_key is null
       order by webhook_id, received_at limit 1)
      union all
      select (
        select webhook_id from deliveries
        where owner is null and due_at = 'infinity' and order_key is null and webhook_id > held.webhook_id
        order by webhook_id, received_at limit 1
      ) from held where webhook_id is not null
    ), enabled as (
      select d.id from held join webhooks w on w.id = held.webhook_id and (w.deleted_at is not null
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

/** Deliveries of a disabled webhook wait until it is enabled: not due, owned by nobody. */
export async function park(pool: JournalPool, deliveries: readonly Owned[]): Promise<void> {
  await pool.run(PARK, columns(deliveries));
}

/** Deliveries that were not sent become due for anybody. */
export async function giveBack(pool: JournalPool, deliveries: readonly Owned[]): Promise<void> {
  await pool.run(GIVE_BACK, columns(deliveries));
}

/**
 * Frees rows that bear our id without our knowing: a claim was committed whose answer was lost. `isResident` is asked when the
 * list is here: what was accepted meanwhile had its room before its commit, and no claim may be under way, so whatever is
 * listed and ours is held by then.
 */
export async function giveBackStrays(
  pool: JournalPool,
  owner: string,
  isResident: (deliveryId: string) => boolean,
): Promise<number> {
  let freed = 0;
  await eachRange(pool.run, async (range) => {
    const owned = await pool.run<{ id: string }>(LIST_OWNED, [...range, owner]);
    const strays = owned.map(({ id }) => id).filter((id) => !isResident(id));
    if (strays.length > 0) freed += (await pool.run(GIVE_BACK_STRAYS, [owner, strays])).length;
  });
  return freed;
}

/**
 * Makes due what is held for a webhook that can be sent to again, unless it is let go in steps (`step-resumes.ts`), and whatever waits for a deleted one: sending then cancels it.
 * At most `limit` of each.
 */
export async function unpark(pool: JournalPool, limit: number): Promise<number> {
  return (await pool.run(UNPARK, [limit])).length;
}

const columns = (deliveries: readonly Owned[]) => [
  deliveries.map(({ id }) => id),
  deliveries.map(({ owner }) => owner),
];
