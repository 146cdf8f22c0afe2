import type { JournalPool, Statement } from '../journal/journal-pool.js';

const DISABLE: Statement = {
  text: `update webhooks set enabled = false, disabled_because = $2, disabled_at = now(), updated_at = now()
         where id = $1 and enabled and deleted_at is null returning id`,
};

/**
 * Disables a webhook without a user's request, with the reason. Returns false when the webhook is disabled already, or
 * gone.
 */
export async function disableWebhook(pool: JournalPool, id: number, because: string): Promise<boolean> {
  return (await pool.run(DISABLE, [id, because])).length > 0;
}
