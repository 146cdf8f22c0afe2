/** The progress of a durable consumer in its stream, as the database remembers it. */
export interface ConsumerPosition {
  /** Creation times as the server writes them. Another stream or consumer of the same name has another time. */
  readonly streamCreated: string;
  readonly consumerCreated: string;
  /** Every message for hukz up to this sequence is committed. */
  readonly acknowledged: number;
  /** The consumer is past this sequence: each message up to it was delivered, or is gone from the stream. */
  readonly passed: number;
  /** Number of deliveries by the consumer, including redeliveries. */
  readonly deliveries: number;
}

/** A position as it is stored in the database. */
export interface StoredPosition extends ConsumerPosition {
  /**
   * Whether this server wrote the row since its last start. Otherwise the database was restarted, restored or failed
   * over since: its contents may be older, and acknowledged messages may be missing.
   */
  readonly isIntact: boolean;
  /** Identifies this row in the present state of this database. */
  readonly version: string;
}

/**
 * An observation of a stream and its consumer. The stream is read before the consumer, so a message that the consumer
 * is already past is never taken for unread.
 */
export interface Sighting {
  readonly streamCreated: string;
  readonly consumerCreated: string;
  readonly acknowledged: number;
  /** Sequence of the last message that was delivered for the first time. */
  readonly delivered: number;
  readonly deliveries: number;
  /** Sequences of the messages that the stream contains, or of the next one when it is empty. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Whether each message of the stream is for this consumer. Only then is a gap in its sequences a loss. */
  readonly readsAll: boolean;
  /** The deliveries that were repetitions, as far as they reached the observing process. */
  readonly repeated: readonly number[];
}

export interface Advance {
  readonly position: ConsumerPosition;
  /**
   * Number of messages that were evicted from the stream before they were delivered, since the last observation. It is
   * never too large.
   */
  readonly gap: number;
}

/**
 * Returns the position and the gap after an observation. When several processes observe the consumer, only one of them
 * counts a message that is gone.
 */
export function advance(before: ConsumerPosition | undefined, seen: Sighting): Advance {
  const fresh = toPosition(seen);
  if (!before || before.streamCreated !== seen.streamCreated) return { position: fresh, gap: 0 };
  const isSameConsumer = before.consumerCreated === seen.consumerCreated;
  // Another process observed the consumer later and recorded its position sooner.
  if (isSameConsumer && seen.deliveries < before.deliveries) return { position: before, gap: 0 };
  // The stream was restored from a snapshot, so its sequences are used a second time.
  if (Math.max(seen.lastSequence, seen.delivered) < before.acknowledged) return { position: fresh, gap: 0 };
  const acknowledged = Math.max(before.acknowledged, seen.acknowledged);
  if (!isSameConsumer) {
    // Messages that the previous consumer had delivered, and that are gone since, were not unread.
    const gone = seen.firstSequence - 1 - Math.max(before.passed, before.acknowledged);
    return { position: { ...fresh, acknowledged }, gap: seen.readsAll ? Math.max(0, gone) : 0 };
  }
  const passed = Math.max(before.passed, fresh.passed);
  return { position: { ...fresh, acknowledged, passed }, gap: seen.readsAll ? gapSince(before, seen, passed) : 0 };
}

/**
 * Sequences and first deliveries increase together, so any excess of the sequences was not delivered. Only the process
 * that receives a repeated delivery knows that it is one; repetitions at other processes make the counted gap too
 * small.
 */
function gapSince(before: ConsumerPosition, seen: Sighting, passed: number): number {
  const ahead = passed - Math.max(before.passed, seen.delivered);
  const repeated = seen.repeated.filter((no) => no > before.deliveries && no <= seen.deliveries).length;
  const undelivered = passed - before.passed - (seen.deliveries - before.deliveries - repeated);
  return Math.max(0, ahead, undelivered);
}

const toPosition = (seen: Sighting): ConsumerPosition => ({
  streamCreated: seen.streamCreated,
  consumerCreated: seen.consumerCreated,
  acknowledged: seen.acknowledged,
  passed: Math.max(seen.delivered, seen.firstSequence - 1),
  deliveries: seen.deliveries,
});
