import type { ReplayOutcome } from '../../../domain/delivery/replay.js';
import { auditedRun, auditIn } from '../../audit/audited.js';
import { objectsByWebhook } from '../../audit/by-webhook.js';
import type { JournalPool } from '../../journal/journal-pool.js';
import type { Db } from '../../postgres/knex.js';
import { putBack } from '../../replay/put-back.js';
import type { DeliveryKey } from '../list/list-filter.js';
import { type ListedDelivery, loadListed } from '../list/listed-deliveries.js';
import { sourceOf } from '../retry-delivery.js';

/**
 * Makes deliveries due now under their ids, whatever their states are. Left out are those that an instance has in
 * memory, and those of webhooks that are deleted or disabled. Returns how many were made due.
 */
export async function retryDeliveries(
  { db, pool }: { readonly db: Db; readonly pool: JournalPool },
  keys: readonly DeliveryKey[],
): Promise<number> {
  const webhookIds = [...new Set(keys.map(({ webhookId }) => webhookId))];
  const enabled = new Set(
    await db('webhooks').whereIn('id', webhookIds).where({ enabled: true, deleted_at: null }).pluck('id'),
  );
  const listed = await loadListed(db, keys);
  let count = 0;
  for (const group of groupsOf(listed.filter((one) => !one.isOwned && enabled.has(one.webhookId)))) {
    const objects = await objectsByWebhook(db, 'delivery', group.deliveries.map(toChanged));
    count += await auditedRun({ pool, audit: auditIn(db) }, async (run, note) => {
      const due = await putBack(run, group, group.deliveries.map(toCandidate));
      if (due > 0)
        for (const { changes, ...object } of objects) note({ ...object, changes: { ...changes, due: { after: due } } });
      return due;
    });
  }
  return count;
}

interface Group {
  readonly webhookId: number;
  readonly outcome: ReplayOutcome;
  readonly deliveries: ListedDelivery[];
}

/** The statements take deliveries of one webhook that are in one place. */
function groupsOf(listed: readonly ListedDelivery[]): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const delivery of listed) {
    const { webhookId } = delivery;
    const outcome = sourceOf(delivery);
    const name = `${outcome} ${webhookId}`;
    const group = groups.get(name) ?? { webhookId, outcome, deliveries: [] };
    group.deliveries.push(delivery);
    groups.set(name, group);
  }
  return groups.values();
}

const toChanged = ({ deliveryId: id, webhookId }: DeliveryKey) => ({ id, webhookId });

const toCandidate = ({ deliveryId, messageId, receivedAt }: DeliveryKey) => ({
  deliveryId,
  messageId,
  receivedAt,
  cursor: { at: receivedAt, id: deliveryId },
});
