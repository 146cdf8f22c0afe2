/** What a server says of a consumer. */
export interface Progress {
  readonly ack_floor: { readonly stream_seq: number };
  readonly delivered: { readonly stream_seq: number };
  readonly num_ack_pending: number;
  readonly num_pending: number;
}

/**
 * Up to which sequence of a stream everything that its consumers are to give us is acknowledged. `known` is a sequence that
 * the stream had before they were asked: a consumer that has nothing more to deliver, and nothing open, is past it, although
 * the last message of its own subject may be older.
 */
export function acknowledgedUpTo(consumers: readonly Progress[], known: number): number {
  return Math.min(
    ...consumers.map(({ ack_floor, delivered, num_ack_pending, num_pending }) => {
      if (num_ack_pending > 0) return ack_floor.stream_seq;
      // Not by the floor: older servers leave it behind where messages were removed.
      return num_pending > 0 ? delivered.stream_seq : Math.max(delivered.stream_seq, known);
    }),
  );
}
