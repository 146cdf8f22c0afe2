import type { Logger } from '../logger.js';
import type { Repeating } from '../repeat.js';
import { repeatReported } from '../repeat-reported.js';
import { type Backlog, loadBacklog } from '../store/deliveries/backlog.js';
import type { JournalPool } from '../store/journal/journal-pool.js';

export interface BacklogParts {
  readonly pool: JournalPool;
  readonly logger: Logger;
  onBacklog(backlog: Backlog): void;
  readonly everyMs?: number;
}

const EVERY_MS = 15_000;
/**
 * With a million due deliveries, on two cores: 4 ms of PostgreSQL for 10,000 and 38 ms for 100,000; 20 times as much
 * before the table was vacuumed.
 */
export const MAX_COUNTED = 10_000;

/** Measures at its own pace how late sending is, so that a scrape costs the database nothing. */
export function watchBacklog({ pool, logger, onBacklog, everyMs = EVERY_MS }: BacklogParts): Repeating {
  return repeatReported(async () => onBacklog(await loadBacklog(pool, MAX_COUNTED)), {
    everyMs,
    logger,
    line: 'backlog.look_failed',
  });
}
