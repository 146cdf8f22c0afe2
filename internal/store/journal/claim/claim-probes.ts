import type { OwnedDelivery } from '../../../domain/delivery/delivery.js';
import type { JournalPool, Statement } from '../journal-pool.js';
import { type ClaimedRow, withMessages } from './claim.js';
import { CLAIMED } from './claim-statements.js';
import { NEXT_OF_KEY } from './order.js';

/**
 * Maximum number of keys that are searched for one whose first delivery is parked. In the others, it waits for its next
 * attempt.
 */
const MAX_KEYS = 200;

/**
 * Parked deliveries of webhook `h`: one at a random point of the time that they are from, and the first of some key. If
 * the probe were always the oldest delivery, one delivery that its receiver cannot process would keep the circuit open
 * forever. The keys are walked through by "hops" (see `sql-notes.md`).
 */
const PROBE_OF_WEBHOOK = `
  (select d.id from deliveries d
   where ${isParked('d')} and d.received_at >= (
     select oldest.at + random() * (newest.at - oldest.at)
     from (select received_at as at from deliveries a where ${isParked('a')} order by received_at limit 1) as oldest,
       (select received_at as at from deliveries a where ${isParked('a')} order by received_at desc limit 1) as newest
   )
   order by d.received_at limit 1)
  union all
  (with recursive begin as materialized (select gen_random_uuid() as key), k(webhook_id, order_key, step) as (
     select h.webhook_id, key, 0 from begin
     union all
     select h.webhook_id, next.key, step + 1 from k cross join lateral (
       select coalesce(
         (select d.order_key from deliveries d
          where d.webhook_id = h.webhook_id and d.order_key > k.order_key order by d.order_key limit 1),
         (select d.order_key from deliveries d
          where d.webhook_id = h.webhook_id and d.order_key is not null order by d.order_key limit 1)) as key
     ) as next
     where step < ${MAX_KEYS} and next.key is not null
   )
   select first.id from k cross join lateral (${NEXT_OF_KEY}) as first where k.step > 0 limit 1)
  limit 1`;

/** Claims one parked delivery per open circuit whose next probe is due. The wait for the next probe doubles. */
export const CLAIM_PROBES: Statement = {
  text: `
    with me as (select id from instances where id = $1 for key share),
    due as (
      select h.webhook_id, chosen.id
      from webhook_health h
      join webhooks w on w.id = h.webhook_id
      cross join lateral (${PROBE_OF_WEBHOOK}) as chosen
      where h.probe_at <= now() and w.circuit_opened_at is not null and w.paused_at is null and w.enabled
        and w.deleted_at is null
      order by h.probe_at limit 100
      for update of h skip locked
    ), waited as (
      update webhook_health h set probes = h.probes + 1,
        probe_at = now() + least($2 * 2 ^ least(h.probes + 1, 30), $3) * interval '1 ms'
      from due, me where h.webhook_id = due.webhook_id
    )
    update deliveries d set owner = me.id, due_at = now()
    from me where d.id = any(array(select id from due)) and num_nulls(d.owner) = 1
    returning ${CLAIMED}`,
};

export interface ProbeWaits {
  readonly probeMs: number;
  readonly maxProbeMs: number;
}

/** Returns deliveries that are ours now. Each of them is to be sent although its circuit is open. */
export async function claimProbes(
  pool: JournalPool,
  owner: string,
  waits: ProbeWaits,
): Promise<readonly OwnedDelivery[]> {
  const rows = await pool.run<ClaimedRow>(CLAIM_PROBES, [owner, waits.probeMs, waits.maxProbeMs]);
  const { deliveries } = await withMessages(pool, rows, owner);
  return deliveries.map((delivery) => ({ ...delivery, probe: true }));
}

function isParked(row: string): string {
  return `${row}.webhook_id = h.webhook_id and ${row}.owner is null and ${row}.due_at = 'infinity' and ${row}.order_key is null`;
}
