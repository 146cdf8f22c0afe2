import type { OwnedDelivery } from '../../../domain/delivery/delivery.js';
import type { JournalPool, Statement } from '../journal-pool.js';
import { type ClaimedRow, withMessages } from './claim.js';
import { CLAIMED } from './claim-statements.js';
import { IS_SENT_TO, NEXT_OF_KEY } from './order.js';

/** An ordering key of a webhook: the key's deliveries wait for each other. */
export interface OrderedKey {
  readonly webhookId: number;
  readonly orderKey: string;
}

/** A key whose next delivery becomes ours if `wanted`, and otherwise due for any instance. */
export interface NextKey extends OrderedKey {
  readonly wanted: boolean;
}

/** Deliveries that are too old when a webhook is resumed must be dropped before any delivery is sent. */
const IS_NOT_CLEARED = 'exists (select from resumes r where r.webhook_id = w.id and r.drop_before is not null)';

/**
 * Checks the row again when it is locked. The form keeps PostgreSQL from choosing the index of due deliveries, which
 * would be read whole for each key if the plan was made before the table had statistics. ("Hidden condition" in
 * `sql-notes.md`.)
 */
const IS_PARKED = 'num_nulls(d.owner) = 1 and not isfinite(d.due_at)';

export const CLAIM_NEXT: Statement = {
  name: 'claim-next',
  text: `
    with me as (select id from instances where id = $1 for key share),
    next as (
      select first.id, k.wanted
      from unnest($2::int[], $3::uuid[], $4::bool[]) as k(webhook_id, order_key, wanted)
      cross join lateral (
        select from webhooks w where w.id = k.webhook_id and ${IS_SENT_TO} and not ${IS_NOT_CLEARED} offset 0
      ) as sent_to
      cross join lateral (${NEXT_OF_KEY}) as first
    )
    update deliveries d set owner = case when d.id = any(array(select id from next where wanted)) then me.id end, due_at = now()
    from me where d.id = any(array(select id from next)) and ${IS_PARKED}
    returning ${CLAIMED}, d.owner`,
};

/**
 * Walks through the keys after ($1, $2) ("hop" in `sql-notes.md`). A suspended webhook is one step,
 * however many keys it has.
 */
export const UNPARK_FIRST: Statement = {
  text: `
    with recursive keys(webhook_id, order_key, is_open, step) as (
      select $1::int, $2::uuid, true, 0
      union all
      select next.webhook_id, next.order_key,
        w.deleted_at is not null or (${IS_SENT_TO} and not ${IS_NOT_CLEARED}), step + 1
      from keys cross join lateral (
        select d.webhook_id, d.order_key from deliveries d
        where d.order_key is not null and (d.webhook_id, d.order_key) >
          (keys.webhook_id, case when is_open then keys.order_key else 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid end)
        order by d.webhook_id, d.order_key limit 1
      ) as next
      join webhooks w on w.id = next.webhook_id
      where step < $3
    ), stuck as (
      select first.id from keys k cross join lateral (${NEXT_OF_KEY}) as first where k.step > 0 and k.is_open
    ), released as (
      update deliveries d set due_at = now()
      where d.id = any(array(select id from stuck)) and ${IS_PARKED}
      returning d.id
    )
    select webhook_id, order_key, step = $3 as more, (select count(*)::int from released) as released
    from keys order by step desc limit 1`,
};

const NO_KEY = '00000000-0000-0000-0000-000000000000';

/**
 * Makes the first delivery of each key ours, or due for any instance, unless it is being sent or waits for its next
 * attempt.
 */
export async function claimNext(
  pool: JournalPool,
  owner: string,
  keys: readonly NextKey[],
): Promise<readonly OwnedDelivery[]> {
  const rows = await pool.run<ClaimedRow & { readonly owner: string | null }>(CLAIM_NEXT, [
    owner,
    keys.map(({ webhookId }) => webhookId),
    keys.map(({ orderKey }) => orderKey),
    keys.map(({ wanted }) => wanted),
  ]);
  const ours = rows.filter((row) => row.owner !== null);
  return (await withMessages(pool, ours, owner)).deliveries;
}

/**
 * Makes the first delivery of a key due if it was left parked (an instance died between a settle and the next claim, or
 * the webhook was resumed), among the `limit` keys after `from`. Returns how many, and the key to continue after;
 * without `last`, all keys are done.
 */
export async function unparkFirst(
  pool: JournalPool,
  limit: number,
  from: OrderedKey = { webhookId: 0, orderKey: NO_KEY },
): Promise<{ readonly released: number; readonly last?: OrderedKey }> {
  const [row] = await pool.run<{ webhook_id: number; order_key: string; more: boolean; released: number }>(
    UNPARK_FIRST,
    [from.webhookId, from.orderKey, limit],
  );
  const { released = 0 } = row ?? {};
  return row?.more ? { released, last: { webhookId: row.webhook_id, orderKey: row.order_key } } : { released };
}
