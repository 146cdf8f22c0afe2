import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { Repeating } from '../repeat.js';
import { repeatReported } from '../repeat-reported.js';
import { findLost, type PatrolCursor } from '../store/deliveries/find-lost.js';
import type { JournalPool } from '../store/journal/journal-pool.js';

export interface AccountingParts {
  readonly pool: JournalPool;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Receives the number of deliveries that were accepted and are found nowhere. */
  onOpen(deliveries: number): void;
}

const EVERY_MS = 300_000;
/** Limits of one round in one range, which take some ten milliseconds of the database. */
const MAX_COUNT = { messages: 2000, deliveries: 5000 };
const MAX_LOGGED_IDS = 10;
const HOUR_MS = 3_600_000;

/** The ranges, relative to now: yesterday, and the last hour. */
const RANGES = [
  { fromMs: 25 * HOUR_MS, toMs: HOUR_MS },
  { fromMs: HOUR_MS, toMs: 0 },
];

/**
 * Walks through the accepted messages and looks for their deliveries. Each round covers a bounded part and starts where
 * the last round ended. On a quiet service each walk checks everything, on a busy one it checks samples.
 * `GET /accounting` is exact.
 */
export function runAccounting(parts: AccountingParts): Repeating {
  const patrols = RANGES.map((range) => makePatrol(parts, range));
  return repeatReported(
    async () => {
      let open = 0;
      for (const patrol of patrols) open += await patrol();
      parts.onOpen(open);
    },
    { everyMs: EVERY_MS, logger: parts.logger, line: 'accounting.failed' },
  );
}

/**
 * Each call is one part of the walk. It returns how many deliveries are lost, according to this walk and the one before
 * it.
 */
export function makePatrol(
  parts: Pick<AccountingParts, 'pool' | 'clock' | 'logger'>,
  range: { readonly fromMs: number; readonly toMs: number },
): () => Promise<number> {
  const { pool, clock, logger } = parts;
  let from: PatrolCursor | undefined;
  let before = 0;
  let found = 0;
  return async () => {
    const now = clock.now();
    const [since, until] = [new Date(now - range.fromMs), new Date(now - range.toMs)];
    const lost = await findLost(pool, { since, until, from, ...MAX_COUNT });
    if (lost.ids.length > 0) {
      const ids = lost.ids.slice(0, MAX_LOGGED_IDS);
      logger.error('accounting.open', { deliveries: lost.ids.length, delivery_ids: ids });
    }
    found += lost.ids.length;
    from = lost.next;
    const open = Math.max(found, before);
    if (!from) [before, found] = [found, 0];
    return from ? open : before;
  };
}
