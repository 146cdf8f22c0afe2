import type { StreamInfo } from 'nats';
import type { ConsumerPosition } from '../../../domain/streams/consumer-position.js';
import type { BeginAt } from '../stream-settings.js';

/**
 * The position where a consumer that has to be made begins. If the stream is the known one, the consumer begins after
 * the messages that the journal has. A stream that was made again, or restored from a snapshot, contains no message
 * that was read before. A stream that was never read begins as the caller says.
 */
export function beginAt(
  { created, state }: Pick<StreamInfo, 'created' | 'state'>,
  known: ConsumerPosition | undefined,
  unread: BeginAt,
): BeginAt {
  if (!known) return unread;
  const isKnown = known.streamCreated === created && known.acknowledged <= state.last_seq;
  return isKnown ? { sequence: known.acknowledged + 1 } : 'all';
}
