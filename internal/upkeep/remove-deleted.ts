import type { Logger } from '../logger.js';
import { loadBacklog } from '../store/deliveries/backlog.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import {
  type DeletedCursor,
  type RemovedRows,
  type RemoveOptions,
  removeDeletedEvents,
  removeDeletedWebhooks,
} from '../store/webhooks/remove-deleted.js';
import { MAX_COUNTED } from './watch-backlog.js';

export interface RemovalParts {
  readonly pool: JournalPool;
  readonly logger: Logger;
  /** How long logs are kept, milliseconds. */
  readonly logsMs: number;
}

/** However short logs are kept, nothing that an instance still has in its hands can be for what was deleted that long ago. */
const MIN_AGE_MS = 3_600_000;
/** Measured beside 91 days of logs that were never vacuumed and 500,000 deliveries: 1.5 s; vacuumed, 0.6 s. */
const ROWS_PER_STATEMENT = 200;
/** 2,400 rows per round of ten minutes: four deletions a second leave no more behind. */
const MAX_STATEMENTS_PER_ROUND = 12;

/** One round removes the rows of what was deleted before the oldest log, as far as nothing refers to them. */
export function makeRemoval({ pool, logger, logsMs }: RemovalParts): () => Promise<void> {
  const olderThanMs = Math.max(logsMs, MIN_AGE_MS);
  const walk = (remove: (pool: JournalPool, options: RemoveOptions) => Promise<RemovedRows>) => {
    // Rows that must stay are looked at once per walk, however many rounds it takes: they cannot hide the rows behind them.
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
  return async () => {
    // Millions of deliveries would be read for each statement, beside instances that are behind already.
    const { deliveries } = await loadBacklog(pool, MAX_COUNTED);
    if (deliveries >= MAX_COUNTED) return;
    const webhooks = await walkWebhooks();
    // Second: an event stays while a webhook has it.
    const events = await walkEvents();
    if (webhooks + events > 0) logger.info('retention.rows_removed', { webhooks, events });
  };
}
