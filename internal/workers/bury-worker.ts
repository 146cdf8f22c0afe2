import { waitFor } from '../app/open/wait-for.js';
import { systemClock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { type Buried, buryInstances } from '../store/journal/claim/instances.js';
import type { JournalPool } from '../store/journal/journal-pool.js';

export interface BurialParts {
  readonly pool: JournalPool;
  readonly logger: Logger;
  /** After this time the other instances find the dead worker without help. */
  readonly patienceMs: number;
  /** Stops the retries. */
  readonly signal: AbortSignal;
}

/** Releases the deliveries of a worker that could not release them before it ended. Never rejects. */
export async function buryWorker({ pool, logger, patienceMs, signal }: BurialParts, instance: string): Promise<void> {
  const until = systemClock.monotonic() + patienceMs;
  const isFinal = () => systemClock.monotonic() > until;
  try {
    const bury = (): Promise<Buried> => buryInstances(pool, [instance]);
    const buried = await waitFor(bury, { line: 'worker.burial_waited_for', logger, isFinal, signal });
    if (buried.instances.length > 0) logger.warn('instance.buried', { ...buried });
  } catch (error) {
    logger.warn('worker.not_buried', { instance, error: messageOf(error) });
  }
}
