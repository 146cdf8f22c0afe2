import type { ConsumerInfo } from 'nats';
import type { Logger } from '../../../logger.js';
import type { Look } from '../positions/look.js';
import { isNotFound } from '../refusal.js';

export interface ReadAgainDeps {
  /** Runs alone among all instances. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Makes the consumer behind the position that the database knows. */
  make(): Promise<ConsumerInfo>;
  readonly logger: Logger;
}

/**
 * Deletes a consumer and makes it again behind what the journal has: the messages that the database has lost come once more. An
 * instance that dies between the two leaves no consumer, and the next one makes it at the same place. False: another instance
 * has done it.
 */
export async function readAgain(deps: ReadAgainDeps, look: Look): Promise<boolean> {
  const { manager, target, consumer } = look;
  return deps.exclusively(async () => {
    const found = await manager.consumers.info(target.stream, target.consumer).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (found && found.created !== consumer.created) return false;
    if (found) await manager.consumers.delete(target.stream, target.consumer);
    const made = await deps.make();
    deps.logger.warn('journal.went_back', {
      ...target,
      from: made.delivered.stream_seq + 1,
      to: consumer.delivered.stream_seq,
      messages: Math.max(0, made.num_pending - consumer.num_pending),
      because: 'the database lacks acknowledged messages after a restore or a failover, or could not be compared',
      mended_by: 'reading them again from the stream',
    });
    return true;
  });
}
