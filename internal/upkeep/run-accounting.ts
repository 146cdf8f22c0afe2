import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { type Repeating, repeat } from '../repeat.js';
import { findLost, type PatrolCursor } from '../store/deliveries/find-lost.js';
import type { JournalPool } from '../store/journal/journal-pool.js';

export interface AccountingParts {
  readonly pool: JournalPool;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Deliveries that were accepted and are found nowhere. */
  onOpen(deliveries: number): void;
}

const EVERY_MS = 300_000;
/** What one round looks at of one range: some ten milliseconds of the database. */
const MAX_COUNT = { messages: 2000, deliveries: 5000 };
const MAX_IDS_TOLD = 10;
const HOUR_MS = 3_600_000;

/** Ranges before now: yesterday and the last hour. */
const RANGES = [
  { fromMs: 25 * HOUR_MS, toMs: HOUR_MS },
  { fromMs: HOUR_MS, toMs: 0 },
];

/**
 * Walks through what was accepted and looks where it is, a bounded part a round, each round where the last one ended.
 * A quiet service is checked whole each time, a busy one in samples; `GET /accounting` is exact.
 */
export function runAccounting(parts: AccountingParts): Repeating {
  const patrols = RANGES.map((range) => makePatrol(parts, range));
  return repeat(
    async () => {
      let open = 0;
      for (const patrol of patrols) open += await patrol();
      parts.onOpen(open);
    },
    {
      everyMs: EVERY_MS,
      onError: (error) => parts.logger.warn('accounting.failed', { error: messageOf(error) }),
    },
  );
}

/** Each call is one part of the walk; it answers how many are lost as far as this walk and the one before it know. */
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
      const ids = lost.ids.slice(0, MAX_IDS_TOLD);
      logger.error('accounting.open', { deliveries: lost.ids.length, delivery_ids: ids });
    }
    found += lost.ids.length;
    from = lost.next;
    const open = Math.max(found, before);
    if (!from) [before, found] = [found, 0];
    return from ? open : before;
  };
}
