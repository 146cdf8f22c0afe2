import type { Logger } from '../../logger.js';
import { buryPredecessors as bury } from '../../store/journal/claim/instances.js';
import type { JournalPool } from '../../store/journal/journal-pool.js';
import { withDatabase } from './open-database.js';

export interface PredecessorParts {
  readonly pool: JournalPool;
  /** `INSTANCE_NAME`. Without it, there is nothing to do. */
  readonly name: string | undefined;
  /** The id of the instance that has the name from now on. A parent of workers has none. */
  readonly successor?: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Releases the deliveries that earlier instances of the same name owned. The operator guarantees that only one instance
 * at a time has the name. Therefore an instance that starts with the name knows that its predecessors have ended, also
 * in another container or on another machine, where no kernel can be queried.
 */
export async function buryPredecessors(parts: PredecessorParts): Promise<void> {
  const { pool, name, successor, logger, signal } = parts;
  if (name === undefined) return;
  const buried = await withDatabase(() => bury(pool, name, successor), { logger, signal });
  if (buried.instances.length > 0) {
    logger.warn('instance.buried', { ...buried, because: 'an instance of the same INSTANCE_NAME has started' });
  }
}
