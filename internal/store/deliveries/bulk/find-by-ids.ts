import type { Visibility } from '../../../identity/visibility.js';
import type { Db } from '../../postgres/knex.js';
import { VISIBLE_WEBHOOK, visibleBindings } from '../keep-visible.js';
import type { DeliveryKey } from '../list/list-filter.js';

interface Row {
  readonly id: string;
  readonly message_id: string;
  readonly received_at: string;
  readonly webhook_id: number;
}

/** ("Fence" in `sql-notes.md`.) */
const FIND = `
  select k.id, found.message_id, found.received_at::text as received_at, found.webhook_id
  from unnest(:ids::uuid[]) with ordinality as k(id, place)
  cross join lateral (
    select message_id, received_at, webhook_id from deliveries d where d.id = k.id
    union all
    select message_id, received_at, webhook_id from dead_letters d where d.id = k.id
    union all
    select message_id, received_at, webhook_id from webhook_logs l where l.delivery_id = k.id
    limit 1
  ) as found
  cross join lateral (
    select from webhooks w where w.id = found.webhook_id and ${VISIBLE_WEBHOOK} offset 0
  ) as visible
  order by k.place`;

/** Finds visible deliveries, in any state. */
export async function findByIds(db: Db, ids: readonly string[], visible: Visibility): Promise<readonly DeliveryKey[]> {
  const { rows }: { rows: Row[] } = await db.raw(FIND, { ids: [...new Set(ids)], ...visibleBindings(visible) });
  return rows.map(({ id, message_id, received_at, webhook_id }) => ({
    deliveryId: id,
    messageId: message_id,
    receivedAt: received_at,
    webhookId: webhook_id,
  }));
}
