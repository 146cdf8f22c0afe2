import type { OwnedDelivery } from '../../domain/delivery.js';
import { type ClaimedRow, withMessages } from './claim.js';
import { CLAIMED } from './claim-statements.js';
import type { JournalPool, Statement } from './journal-pool.js';

/** A key of a webhook in which deliveries wait for each other. */
export interface OrderedKey {
  readonly webhookId: number;
  readonly orderKey: string;
}

/** Of each key the first, if it waits for nothing but its turn and its webhook is sent to. */
const CLAIM_NEXT: Statement = {
  name: 'claim-next',
  text: `
    with me as (select id from instances where id = $1 for key share),
    next as (
      select first.id
      from (select distinct * from unnest($2::int[], $3::uuid[]) as t(webhook_id, order_key)) as k
      join webhooks w on w.id = k.webhook_id
      cross join lateral (
        select d.id, d.owner, d.due_at from deliveries d
        where d.webhook_id = k.webhook_id and d.order_key = k.order_key
        order by d.order_no limit 1
      ) as first
      where first.owner is null and first.due_at = 'infinity'
        and w.enabled and w.deleted_at is null and w.paused_at is null and w.circuit_opened_at is null
    )
    update deliveries d set owner = me.id, due_at = now()
    from next, me where d.id = next.id and d.owner is null and d.due_at = 'infinity'
    returning ${CLAIMED}`,
};

/** Whatever is first in its key and not due, through all keys there are: somebody died between a settle and the next claim. */
const RELEASE_FIRST: Statement = {
  name: 'release-first',
  text: `
    with recursive keys as (
      (select webhook_id, order_key from deliveries where order_key is not null order by webhook_id, order_key limit 1)
      union all
      select next.webhook_id, next.order_key from keys cross join lateral (
        select d.webhook_id, d.order_key from deliveries d
        where d.order_key is not null and (d.webhook_id, d.order_key) > (keys.webhook_id, keys.order_key)
        order by d.webhook_id, d.order_key limit 1
      ) as next
    ), stuck as (
      select first.id
      from keys
      join webhooks w on w.id = keys.webhook_id
      cross join lateral (
        select d.id, d.owner, d.due_at from deliveries d
        where d.webhook_id = keys.webhook_id and d.order_key = keys.order_key
        order by d.order_no limit 1
      ) as first
      where first.owner is null and first.due_at = 'infinity'
        and (w.deleted_at is not null or (w.enabled and w.paused_at is null and w.circuit_opened_at is null))
      limit $1
    )
    update deliveries d set due_at = now()
    from stuck where d.id = stuck.id and d.owner is null and d.due_at = 'infinity'
    returning d.id`,
};

/** Makes the first of each key ours, unless it is being sent or waits for its next attempt. */
export async function claimNext(
  pool: JournalPool,
  owner: string,
  keys: readonly OrderedKey[],
): Promise<readonly OwnedDelivery[]> {
  const values = [owner, keys.map(({ webhookId }) => webhookId), keys.map(({ orderKey }) => orderKey)];
  return (await withMessages(pool, await pool.run<ClaimedRow>(CLAIM_NEXT, values), owner)).deliveries;
}

/** Makes due what is first and was forgotten; answers how many. */
export async function releaseFirst(pool: JournalPool, limit: number): Promise<number> {
  return (await pool.run(RELEASE_FIRST, [limit])).length;
}
