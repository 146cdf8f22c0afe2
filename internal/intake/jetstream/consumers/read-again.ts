import type { ConsumerInfo } from 'nats';
import type { Logger } from '../../../logger.js';
import type { Look } from '../positions/look.js';
import { isNotFound } from '../refusal.js';

export interface ReadAgainDeps {
  /** Runs the work on one instance at a time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Makes the consumer after the position that the database knows. */
  make(): Promise<ConsumerInfo>;
  readonly logger: Logger;
}

/**
 * Deletes a consumer and makes it again after the messages that the journal has, so that the messages that the database
 * has lost are redelivered. An instance that dies between the two steps leaves no consumer, and the next instance makes
 * it at the same position. Returns false if another instance has done it.
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
