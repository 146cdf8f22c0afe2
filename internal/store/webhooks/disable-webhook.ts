import type { JournalPool, Statement } from '../journal/journal-pool.js';

const DISABLE: Statement = {
  text: `update webhooks set enabled = false, disabled_because = $2, disabled_at = now(), updated_at = now()
         where id = $1 and enabled and deleted_at is null returning id`,
};

/** Switches a webhook off by itself, with the reason. False when somebody else has done it, or it is gone. */
export async function disableWebhook(pool: JournalPool, id: number, because: string): Promise<boolean> {
  return (await pool.run(DISABLE, [id, because])).length > 0;
}
