/**
 * If more messages than this wait for the journal, no consumer gets further requests until the journal has caught up.
 * The streams keep the messages.
 */
const MAX_MESSAGES = 4000;
const MAX_BYTES = 24 << 20;
const MAX_BATCH = 1000;
const MIN_BATCH = 100;
export const REQUESTS_PER_READER = 2;

/**
 * The messages in hand of all readers of this instance, which share one journal. Messages that a reader left behind
 * when its connection ended count until they are committed.
 */
export class SharedRoom {
  private messages = 0;
  private bytes = 0;
  private readers = 0;
  private readonly waiting = new Set<() => void>();

  enter(): void {
    this.readers++;
  }

  leave(onRoom: () => void): void {
    this.readers--;
    this.waiting.delete(onRoom);
  }

  add(bytes: number): void {
    this.messages++;
    this.bytes += bytes;
  }

  remove(bytes: number): void {
    this.messages--;
    this.bytes -= bytes;
    if (this.waiting.size > 0 && this.has(0)) this.wake();
  }

  /** Whether a reader that has requested this many messages may request more. */
  has(expected: number): boolean {
    return this.messages + expected < MAX_MESSAGES && this.bytes < MAX_BYTES;
  }

  /**
   * Calls the listener once there is room. A reader with nothing in hand and nothing under way would otherwise never
   * try again.
   */
  await(onRoom: () => void): void {
    this.waiting.add(onRoom);
  }

  /**
   * Number of messages per request. When the journal stops, the messages that all readers have requested are added to
   * those in hand.
   */
  get batch(): number {
    const share = Math.floor(MAX_MESSAGES / (REQUESTS_PER_READER * Math.max(this.readers, 1)));
    return Math.min(Math.max(share, MIN_BATCH), MAX_BATCH);
  }

  private wake(): void {
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const onRoom of woken) onRoom();
  }
}
