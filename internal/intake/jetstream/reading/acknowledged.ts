/** The progress of a consumer as the server reports it. */
export interface Progress {
  readonly ack_floor: { readonly stream_seq: number };
  readonly delivered: { readonly stream_seq: number };
  readonly num_ack_pending: number;
  readonly num_pending: number;
}

/**
 * The sequence of a stream up to which all messages that its consumers have for hukz are acknowledged. `known` is a
 * sequence that the stream had before the consumers were queried: a consumer without pending and unacknowledged
 * messages is past it, although the last message of its own subject may be older.
 */
export function acknowledgedUpTo(consumers: readonly Progress[], known: number): number {
  return Math.min(
    ...consumers.map(({ ack_floor, delivered, num_ack_pending, num_pending }) => {
      if (num_ack_pending > 0) return ack_floor.stream_seq;
      // The floor is not used, because older servers leave it behind after messages were removed.
      return num_pending > 0 ? delivered.stream_seq : Math.max(delivered.stream_seq, known);
    }),
  );
}
