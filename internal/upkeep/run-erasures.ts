import type { Logger } from '../logger.js';
import type { Repeating } from '../repeat.js';
import { repeatReported } from '../repeat-reported.js';
import { endErasures, stepErasures } from '../store/erasure/step-erasures.js';
import { type EraseCopies, erasedAmong, findErasureWork, sweepErased } from '../store/erasure/sweep-erased.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import type { ErasureWatch } from './erasure-watch.js';

/** The parts of an instance that have something of a message outside of the database. */
export interface ErasureReach {
  /** The ids of the messages of which deliveries wait in memory. */
  queuedMessages(): ReadonlySet<string>;
  /** Drops the deliveries of these messages that wait in memory. */
  forgetMessages(messageIds: ReadonlySet<string>): void;
  readonly eraseCopies: EraseCopies;
}

export interface ErasureParts {
  readonly pool: JournalPool;
  readonly reach: ErasureReach;
  /** Filters do not look into larger payloads. */
  readonly maxBytes: number;
  readonly watch: ErasureWatch;
  readonly logger: Logger;
}

/** A new job, and an erased message that this instance has in memory, are noticed within this time. */
const LOOK_EVERY_MS = 1000;

/** Takes steps of all erasures. The instances take turns, and each empties its own memory. */
export function runErasures({ pool, reach, maxBytes, watch, logger }: ErasureParts): Repeating {
  return repeatReported(
    async () => {
      const work = await findErasureWork(pool);
      watch.see(work);
      if (work.waiting > 0) await emptyMemory(pool, reach);
      const hasStepped = work.hasJobs && (await stepErasures(pool, maxBytes));
      const hasSwept = (work.isDue || hasStepped) && (await sweepErased(pool, reach.eraseCopies));
      const ended = work.hasJobs ? await endErasures(pool) : [];
      for (const { id, erased, undecided } of ended)
        logger.info('erasure.ended', { erasure_id: id, messages: erased, undecided });
      return hasStepped || hasSwept;
    },
    { everyMs: LOOK_EVERY_MS, logger, line: 'erasure.failed' },
  );
}

async function emptyMemory(pool: JournalPool, reach: ErasureReach): Promise<void> {
  const erased = await erasedAmong(pool, [...reach.queuedMessages()]);
  if (erased.size > 0) reach.forgetMessages(erased);
}
