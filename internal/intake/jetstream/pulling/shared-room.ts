/** More messages than these wait for the journal: no consumer is asked for more until it has caught up. The streams keep them. */
const MAX_MESSAGES = 4000;
const MAX_BYTES = 24 << 20;
const MAX_BATCH = 1000;
const MIN_BATCH = 100;
export const REQUESTS_PER_READER = 2;

/**
 * What all readers of this instance have in hand, as they share one journal. Messages that a reader left behind when its
 * connection ended count until they are committed.
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

  /** Whether a reader that has asked for so many messages may ask for more. */
  has(expected: number): boolean {
    return this.messages + expected < MAX_MESSAGES && this.bytes < MAX_BYTES;
  }

  /** Calls once there is room: for a reader that has nothing in hand and nothing under way, and so would never try again. */
  await(onRoom: () => void): void {
    this.waiting.add(onRoom);
  }

  /** Messages per request: what all readers have asked for when the journal stops comes on top of what is in hand. */
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
