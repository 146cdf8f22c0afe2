import type { ConsumerInfo } from 'nats';

/** A shorter stall may be a batch on its way through the journal. */
const STALLED_AFTER_MS = 10_000;

/**
 * A consumer that has delivered the maximum number of unacknowledged messages stalls, and the server does not report
 * it.
 */
export class Stall {
  private delivered = -1;
  private since = 0;
  private statusText: string | undefined;

  look({ num_ack_pending: unacknowledged, num_pending: waiting, delivered, config }: ConsumerInfo, now: number): void {
    const isFull = waiting > 0 && unacknowledged >= (config.max_ack_pending ?? Number.POSITIVE_INFINITY);
    if (!isFull || delivered.stream_seq !== this.delivered) this.since = now;
    this.delivered = delivered.stream_seq;
    this.statusText =
      isFull && now - this.since >= STALLED_AFTER_MS
        ? `${unacknowledged} messages are unacknowledged, which is its maximum: check that PostgreSQL accepts them, and that the NATS user of hukz may publish to $JS.ACK.>`
        : undefined;
  }

  problem(): string | undefined {
    return this.statusText;
  }
}
