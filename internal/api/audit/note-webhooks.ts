import { noteChange, writeNoted } from '../../store/audit/audited.js';
import type { Db } from '../../store/postgres/knex.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import { findWebhooks } from '../../store/webhooks/webhooks.js';

interface Stored {
  readonly id: number;
  /** The purposes of the secrets that were replaced. */
  readonly secrets?: readonly string[];
}

/** Notes how webhooks of a batch were changed, or that they were created. `db` must be the transaction. */
export async function noteWebhooks(
  db: Db,
  changed: readonly Stored[],
  before: ReadonlyMap<number, Webhook>,
): Promise<void> {
  const found = await findWebhooks(
    db,
    changed.map(({ id }) => id),
  );
  const after = new Map(found.map((webhook) => [webhook.id, webhook]));
  for (const { id, secrets } of changed) {
    const now = after.get(id);
    noteChange(db, 'webhook', { id, spaceId: now?.spaceId, before: before.get(id), after: now, secrets });
  }
  await writeNoted(db);
}
