/** How far a durable consumer has come in its stream, as the database remembers it. */
export interface ConsumerPosition {
  /** As the server writes them: another stream, or consumer, of the same name has another time. */
  readonly streamCreated: string;
  readonly consumerCreated: string;
  /** Every message for us up to this sequence is committed. */
  readonly acknowledged: number;
  /** The consumer is past this sequence: each message up to there was delivered, or is gone from the stream. */
  readonly passed: number;
  /** Deliveries of the consumer, redeliveries included. */
  readonly deliveries: number;
}

/** As the database has it. */
export interface StoredPosition extends ConsumerPosition {
  /**
   * Whether it was written here. Else the database was restarted, restored or failed over since: it may have gone back, and
   * what was acknowledged may not be in it.
   */
  readonly isIntact: boolean;
  /** Names this row in this database as it is now. */
  readonly version: string;
}

/** What the server says of a stream and then of its consumer, in this order: what the consumer is past was never taken for unread. */
export interface Sighting {
  readonly streamCreated: string;
  readonly consumerCreated: string;
  readonly acknowledged: number;
  /** Sequence of the last message that was delivered for the first time. */
  readonly delivered: number;
  readonly deliveries: number;
  /** Of the messages that the stream holds, or would hold next. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Whether each message of the stream is for this consumer: only then a gap in its sequences is a loss. */
  readonly readsAll: boolean;
  /** Which of its deliveries were repetitions, as far as they came to the process that looks. */
  readonly repeated: readonly number[];
}

export interface Advance {
  readonly position: ConsumerPosition;
  /** Messages that were evicted from the stream before they were delivered, since the last sighting. Never too many. */
  readonly gap: number;
}

/** What is known after a sighting. Whichever process looks, a message that is gone is counted by one of them only. */
export function advance(before: ConsumerPosition | undefined, seen: Sighting): Advance {
  const fresh = toPosition(seen);
  if (!before || before.streamCreated !== seen.streamCreated) return { position: fresh, gap: 0 };
  const isSameConsumer = before.consumerCreated === seen.consumerCreated;
  // Another process looked later and recorded sooner.
  if (isSameConsumer && seen.deliveries < before.deliveries) return { position: before, gap: 0 };
  // The stream was restored from a snapshot: its sequences are given a second time.
  if (Math.max(seen.lastSequence, seen.delivered) < before.acknowledged) return { position: fresh, gap: 0 };
  const acknowledged = Math.max(before.acknowledged, seen.acknowledged);
  if (!isSameConsumer) {
    // What the one before had delivered, and is gone since, was not unread.
    const gone = seen.firstSequence - 1 - Math.max(before.passed, before.acknowledged);
    return { position: { ...fresh, acknowledged }, gap: seen.readsAll ? Math.max(0, gone) : 0 };
  }
  const passed = Math.max(before.passed, fresh.passed);
  return { position: { ...fresh, acknowledged, passed }, gap: seen.readsAll ? gapSince(before, seen, passed) : 0 };
}

/**
 * Sequences and first deliveries go up together, so that whatever the sequences went further was not delivered. How many
 * deliveries were repeated is known only to the processes that got them: the gap is counted too small by those of others.
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
