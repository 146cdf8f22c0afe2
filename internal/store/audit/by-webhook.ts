import type { AuditedObject } from '../../domain/audit/audit-row.js';
import type { Db } from '../postgres/knex.js';

interface OfWebhook {
  readonly id: string | number;
  readonly webhookId: number;
}

/**
 * Deliveries or attempts that are changed or read. One alone has a row of its own. Of several, each webhook has a row
 * with their number, and with their ids as far as these fit.
 */
export async function objectsByWebhook(
  db: Db,
  kind: 'delivery' | 'log',
  all: readonly OfWebhook[],
): Promise<readonly AuditedObject[]> {
  if (all.length === 0) return [];
  const byWebhook = new Map<number, (string | number)[]>();
  for (const { id, webhookId } of all) {
    const ids = byWebhook.get(webhookId) ?? [];
    ids.push(id);
    byWebhook.set(webhookId, ids);
  }
  // The space of a webhook never changes.
  const rows: { id: number; space_id: string }[] = await db('webhooks')
    .whereRaw('id = any(?::int[])', [[...byWebhook.keys()]])
    .select('id', 'space_id');
  const spaces = new Map(rows.map(({ id, space_id }) => [id, Number(space_id)]));
  return [...byWebhook].map(([webhookId, ids]): AuditedObject => {
    const spaceId = spaces.get(webhookId);
    const [only, ...others] = ids;
    if (only !== undefined && others.length === 0)
      return { object: `${kind}:${only}`, spaceId, changes: { webhook_id: { after: webhookId } } };
    return {
      object: `webhook:${webhookId}`,
      spaceId,
      changes: { [kind === 'log' ? 'logs' : 'deliveries']: { after: ids.length }, ids: { after: ids } },
    };
  });
}
