import { type ConsumerInfo, DeliverPolicy, type JetStreamManager } from 'nats';
import { firstSequenceSince } from '../positions/first-sequence-since.js';
import { isNotFound } from '../refusal.js';
import type { BeginAt } from '../stream-settings.js';

export interface RemakeDeps {
  readonly manager: JetStreamManager;
  /** Runs the work on one instance at a time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /**
   * The position where the consumer begins according to the database. Undefined means that the database has no position
   * of it.
   */
  storedPosition(): Promise<BeginAt | undefined>;
  /** Stores the position of a consumer that the database does not know. */
  write(found: ConsumerInfo): Promise<void>;
  /** Adds the consumer. */
  add(begin: BeginAt): Promise<ConsumerInfo>;
}

/**
 * Deletes a consumer with another filter, and makes it again after the messages that the journal has. The server
 * accepts an update of the filter, but afterwards it no longer notices every message that the new filter lets through
 * (2.9.10 and 2.15.1). The database has the position before the consumer is deleted, so that a process that dies in
 * between loses nothing.
 */
export async function remakeConsumer(deps: RemakeDeps, found: ConsumerInfo): Promise<ConsumerInfo> {
  const { manager, exclusively, storedPosition, write, add } = deps;
  const { stream_name: stream, name } = found;
  return exclusively(async () => {
    const current = await manager.consumers.info(stream, name).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    // Another instance has made it again.
    if (current && current.created !== found.created) return current;
    let begin = await storedPosition();
    if (begin === undefined) {
      const acknowledged = await acknowledgedBy(manager, current ?? found);
      await write(acknowledgedUpTo(current ?? found, acknowledged));
      begin = { sequence: acknowledged + 1 };
    }
    if (current) await manager.consumers.delete(stream, name);
    return add(begin);
  });
}

/**
 * The sequence up to which a consumer's messages are acknowledged, or else the sequence where it began. Its deliveries
 * prove nothing, because they skip messages with the other filter that hukz has never seen.
 */
async function acknowledgedBy(manager: JetStreamManager, found: ConsumerInfo): Promise<number> {
  const { ack_floor, config, created, stream_name: stream } = found;
  if (ack_floor.stream_seq > 0) return ack_floor.stream_seq;
  if (config.deliver_policy === DeliverPolicy.StartSequence) return (config.opt_start_seq ?? 1) - 1;
  if (config.deliver_policy === DeliverPolicy.All) return 0;
  return (await firstSequenceSince(manager, stream, config.opt_start_time ?? created)) - 1;
}

/** As long as a message is unacknowledged, only the floor shows which messages are acknowledged. */
const acknowledgedUpTo = (found: ConsumerInfo, sequence: number): ConsumerInfo => {
  const floor = { ...found.ack_floor, stream_seq: sequence };
  return { ...found, ack_floor: floor, delivered: { ...found.delivered, stream_seq: sequence }, num_ack_pending: 1 };
};
