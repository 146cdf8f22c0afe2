import type { Db } from '../postgres/knex.js';

/** Tables whose rows end together with their webhook. Logs and deliveries stay for a time. */
const TABLES = ['webhook_secrets', 'webhook_health', 'resumes'] as const;

/** Deletes webhooks by a fixed number of statements. They must be locked. `trx` must be the transaction. */
export async function deleteLocked(trx: Db, ids: readonly number[], userId: number): Promise<void> {
  const now = trx.fn.now();
  const stamp = { deleted_at: now, updated_at: now, updated_by_id: userId };
  await trx('webhooks')
    .whereRaw('id = any(?::int[])', [[...ids]])
    .update(stamp);
  for (const table of TABLES)
    await trx(table)
      .whereRaw('webhook_id = any(?::int[])', [[...ids]])
      .delete();
}
