import type { OwnedDelivery } from '../../domain/delivery.js';
import { type ClaimedRow, withMessages } from './claim.js';
import { CLAIMED } from './claim-statements.js';
import type { JournalPool, Statement } from './journal-pool.js';

/** One held delivery of each circuit whose time for a probe has come; the wait for the next one doubles. */
const CLAIM_PROBES: Statement = {
  name: 'claim-probes',
  text: `
    with me as (select id from instances where id = $1 for key share),
    due as (
      select h.webhook_id, oldest.id
      from webhook_health h
      join webhooks w on w.id = h.webhook_id
      cross join lateral (
        (select d.id from deliveries d
         where d.webhook_id = h.webhook_id and d.owner is null and d.due_at = 'infinity' and d.order_key is null
         order by d.received_at limit 1)
        union all
        (select first.id from (
           select d.id, d.owner, d.due_at from deliveries d
           where d.webhook_id = h.webhook_id and d.order_key is not null
           order by d.order_key, d.order_no limit 1
         ) as first where first.owner is null and first.due_at = 'infinity')
        limit 1
      ) as oldest
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
    from due, me where d.id = due.id and d.owner is null
    returning ${CLAIMED}`,
};

export interface ProbeWaits {
  readonly probeMs: number;
  readonly longestProbeMs: number;
}

/** Deliveries that are ours now, each to be sent although its circuit is open. */
export async function claimProbes(
  pool: JournalPool,
  owner: string,
  waits: ProbeWaits,
): Promise<readonly OwnedDelivery[]> {
  const rows = await pool.run<ClaimedRow>(CLAIM_PROBES, [owner, waits.probeMs, waits.longestProbeMs]);
  const { deliveries } = await withMessages(pool, rows, owner);
  return deliveries.map((delivery) => ({ ...delivery, probe: true }));
}
