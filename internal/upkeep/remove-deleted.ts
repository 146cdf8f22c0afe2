import type { Logger } from '../logger.js';
import { loadBacklog } from '../store/deliveries/backlog.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import {
  type DeletedCursor,
  type RemovedRows,
  type RemoveOptions,
  removeDeletedEvents,
  removeDeletedSpaces,
  removeDeletedWebhooks,
} from '../store/webhooks/remove-deleted.js';
import { MAX_COUNTED } from './watch-backlog.js';

export interface RemovalParts {
  readonly pool: JournalPool;
  readonly logger: Logger;
  /** Milliseconds for which logs are kept. */
  readonly logsMs: number;
}

/** Even with a shorter log retention, no instance still works on a delivery of what was deleted this long ago. */
const MIN_AGE_MS = 3_600_000;
/** Measured beside 91 days of logs that were never vacuumed and 500,000 deliveries: 1.5 s; after a vacuum, 0.6 s. */
const ROWS_PER_STATEMENT = 200;
/** This is 2,400 rows per round of ten minutes, which keeps up with four deletions per second. */
const MAX_STATEMENTS_PER_ROUND = 12;

/**
 * Each round removes the rows of webhooks, events and spaces that were deleted before the oldest log, unless other rows
 * refer to them.
 */
export function makeRemoval({ pool, logger, logsMs }: RemovalParts): () => Promise<void> {
  const olderThanMs = Math.max(logsMs, MIN_AGE_MS);
  const walk = (remove: (pool: JournalPool, options: RemoveOptions) => Promise<RemovedRows>) => {
    // A walk looks at each row that must stay only once, however many rounds the walk takes. Such rows cannot hide the
    // rows behind them.
    let from: DeletedCursor | undefined;
    return async () => {
      let removed = 0;
      for (let statements = 0; statements < MAX_STATEMENTS_PER_ROUND; statements++) {
        const part = await remove(pool, { olderThanMs, from, limit: ROWS_PER_STATEMENT });
        removed += part.removed;
        from = part.next;
        if (!from) break;
      }
      return removed;
    };
  };
  const walkWebhooks = walk(removeDeletedWebhooks);
  const walkEvents = walk(removeDeletedEvents);
  const walkSpaces = walk(removeDeletedSpaces);
  return async () => {
    // Each statement would read millions of deliveries, beside instances that are late already.
    const { deliveries } = await loadBacklog(pool, MAX_COUNTED);
    if (deliveries >= MAX_COUNTED) return;
    const webhooks = await walkWebhooks();
    // Events and spaces come after the webhooks, because they stay while a webhook has them.
    const events = await walkEvents();
    const spaces = await walkSpaces();
    if (webhooks + events + spaces > 0) logger.info('retention.rows_removed', { webhooks, events, spaces });
  };
}
