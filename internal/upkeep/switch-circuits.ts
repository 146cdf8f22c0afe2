import type { CatalogSync } from '../catalog/catalog-sync.js';
import type { Logger } from '../logger.js';
import { type Batcher, makeBatcher } from '../store/journal/batcher.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import { closeCircuits, type Opening, openCircuits } from '../store/webhooks/circuits.js';

export interface CircuitParts {
  readonly pool: JournalPool;
  readonly catalogSync: CatalogSync;
  readonly probeMs: number;
  /** `ALLOW_BREAKER_OFF` */
  readonly breakerMayBeOff: boolean;
  readonly logger: Logger;
  onClosed(webhookId: number): void;
}

/** Each switch resolves when the catalog of this instance contains it. */
export interface Circuits {
  open(webhookId: number, because: string): Promise<void>;
  close(webhookId: number): Promise<void>;
}

/**
 * Many receivers fail at the same time, and each change of the catalog makes hukz match again the messages that are
 * being accepted. So the switches of this period are committed together.
 */
const COLLECT_MS = 100;
const MAX_AT_ONCE = 1000;

/**
 * Opens and closes the circuits of webhooks for all instances. The switches of one period share one change of the
 * catalog.
 */
export function makeCircuits({
  pool,
  catalogSync,
  probeMs,
  breakerMayBeOff,
  logger,
  onClosed,
}: CircuitParts): Circuits {
  const opening = inCrowds<Opening>(async (openings) => {
    const opened = await openCircuits(pool, openings, { probeInMs: probeMs, breakerMayBeOff });
    for (const { id, because } of openings)
      if (opened.has(id)) logger.warn('circuit.opened', { webhook_id: id, because, probe_in_ms: probeMs });
    await catalogSync.refresh();
  });
  const closing = inCrowds<number>(async (ids) => {
    for (const id of await closeCircuits(pool, ids)) {
      logger.info('circuit.closed', { webhook_id: id });
      onClosed(id);
    }
    await catalogSync.refresh();
  });
  return { open: (id, because) => opening.add({ id, because }), close: (id) => closing.add(id) };
}

function inCrowds<T>(work: (items: readonly T[]) => Promise<void>): Batcher<T, void> {
  return makeBatcher<T, void>({
    async flush(items) {
      await work(items);
      return items.map(() => undefined);
    },
    sizeOf: () => 1,
    maxItems: MAX_AT_ONCE,
    maxBytes: MAX_AT_ONCE,
    parallel: 1,
    lingerMs: () => COLLECT_MS,
    busyFrom: 0,
    enough: MAX_AT_ONCE,
  });
}
