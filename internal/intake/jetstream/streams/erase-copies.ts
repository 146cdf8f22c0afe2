import type { JetStreamManager, StreamInfo } from 'nats';
import { messageOf } from '../../../errors.js';
import { apiCodeOf, isNotFound, serverTextOf } from '../refusal.js';
import { markOf, sequenceIn } from '../stream-position.js';
import { OUR_DESCRIPTION } from '../stream-settings.js';

/** The stream has no message with this sequence any more. The second code is that of older servers. */
const GONE: ReadonlySet<number | undefined> = new Set([10_037, 10_043]);

/**
 * Deletes the copies of messages in our own stream, and overwrites them. A stream that hukz has not made belongs to
 * another program, which keeps its messages. Returns the reason why a copy may be left.
 */
export async function eraseCopies(
  manager: JetStreamManager,
  name: string,
  messageIds: readonly string[],
): Promise<string | undefined> {
  try {
    const info = await ownStream(manager, name);
    if (!info) return undefined;
    const mark = markOf({ name, created: info.created });
    for (const id of messageIds) {
      const sequence = sequenceIn(id, mark);
      if (sequence !== undefined && sequence >= info.state.first_seq) await eraseOne(manager, name, sequence);
    }
    return undefined;
  } catch (error) {
    return `the stream ${name} still has copies: ${serverTextOf(error)}`;
  }
}

async function ownStream(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    const info = await manager.streams.info(name);
    return info.config.description === OUR_DESCRIPTION ? info : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** A message that is gone already cannot be deleted, and the server says so in several ways. */
async function eraseOne(manager: JetStreamManager, name: string, sequence: number): Promise<void> {
  try {
    await manager.streams.deleteMessage(name, sequence, true);
  } catch (error) {
    if (await isGone(manager, name, sequence)) return;
    throw new Error(messageOf(error));
  }
}

async function isGone(manager: JetStreamManager, name: string, sequence: number): Promise<boolean> {
  try {
    await manager.streams.getMessage(name, { seq: sequence });
    return false;
  } catch (error) {
    return GONE.has(apiCodeOf(error));
  }
}
