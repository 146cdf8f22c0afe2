import type { Logger } from '../../logger.js';
import { buryPredecessors as bury } from '../../store/journal/claim/instances.js';
import type { JournalPool } from '../../store/journal/journal-pool.js';
import { withDatabase } from './open-database.js';

export interface PredecessorParts {
  readonly pool: JournalPool;
  /** `INSTANCE_NAME`; without it there is nothing to do. */
  readonly name: string | undefined;
  /** The id of the instance that goes by the name from now on; a parent of workers has none. */
  readonly successor?: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Sets free what earlier instances of our name held. Its operator says that one instance at a time has the name, so whoever
 * starts under it knows that they have ended, also in another container or on another machine, where no kernel can be asked.
 */
export async function buryPredecessors(parts: PredecessorParts): Promise<void> {
  const { pool, name, successor, logger, signal } = parts;
  if (name === undefined) return;
  const buried = await withDatabase(() => bury(pool, name, successor), { logger, signal });
  if (buried.instances.length > 0) {
    logger.warn('instance.buried', { ...buried, because: 'an instance of the same INSTANCE_NAME has started' });
  }
}
