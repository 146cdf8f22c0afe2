import type { StreamInfo } from 'nats';
import type { ConsumerPosition } from '../../../domain/streams/consumer-position.js';
import type { BeginAt } from '../stream-settings.js';

/**
 * Where a consumer begins that has to be made. Behind what the journal has, where the stream is the one that we know; a stream
 * that was made again, or restored from a snapshot, has nothing in it that was read before. A stream that we never read is
 * begun as the caller says.
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
