import type { Logger } from '../logger.js';
import type { Repeating } from '../repeat.js';
import { repeatReported } from '../repeat-reported.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import { deleteExpired } from '../store/webhooks/delete-expired.js';

const LOOK_EVERY_MS = 30_000;

/** Deletes listening webhooks whose prompt has not prolonged them. Their open deliveries are then cancelled. */
export function runExpiry({ pool, logger }: { readonly pool: JournalPool; readonly logger: Logger }): Repeating {
  return repeatReported(
    async () => {
      for (const id of await deleteExpired(pool)) logger.info('webhook.expired', { webhook_id: id });
    },
    { everyMs: LOOK_EVERY_MS, logger, line: 'expiry.failed' },
  );
}
