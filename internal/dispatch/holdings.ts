export interface HoldingsLimits {
  readonly maxHeld: number;
  readonly maxHeldBytes: number;
}

interface Held {
  readonly webhookId: number;
  readonly bytes: number;
}

interface Share {
  count: number;
  bytes: number;
  /** How many deliveries the lane may hold: grows with each that goes well, halves with each that does not. */
  window: number;
}

const SMALLEST_WINDOW = 16;
const FIRST_WINDOW = 128;
/** Windows of idle lanes that are remembered. */
const MOST_REMEMBERED = 10_000;
/** A lane may hold a quarter of what is still free, so that the busiest leaves room for others. */
const PART_OF_FREE = 4;

/**
 * What is in memory on behalf of dispatch: from the moment room is kept for a delivery, before its commit, until it is
 * settled. Each lane has a window as a TCP connection has: a receiver that answers soon may fill thousands of places, a
 * thousand that hang have a few each, and what does not fit waits in the store.
 */
export class Holdings {
  private readonly held = new Map<string, Held>();
  private readonly shares = new Map<number, Share>();
  /** The windows of lanes that hold nothing just now, oldest first. */
  private readonly remembered = new Map<number, number>();
  private bytes = 0;

  constructor(private readonly limits: HoldingsLimits) {}

  get count(): number {
    return this.held.size;
  }

  get heldBytes(): number {
    return this.bytes;
  }

  ids(): string[] {
    return [...this.held.keys()];
  }

  has(deliveryId: string): boolean {
    return this.held.has(deliveryId);
  }

  /** Keeps room for a delivery unless all of it, or this webhook's part, is taken. */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean {
    const free = this.free();
    if (bytes > free.bytes || free.count <= 0) return false;
    const share = this.shares.get(webhookId);
    if (share && !this.fits(share)) return false;
    this.reserve(deliveryId, webhookId, bytes);
    return true;
  }

  /** Keeps room for a delivery that is ours already. */
  reserve(deliveryId: string, webhookId: number, bytes: number): void {
    const share = this.shares.get(webhookId) ?? this.open(webhookId);
    share.count++;
    share.bytes += bytes;
    this.bytes += bytes;
    this.held.set(deliveryId, { webhookId, bytes });
  }

  release(deliveryId: string, wentWell = true): void {
    const held = this.held.get(deliveryId);
    if (!held) return;
    this.held.delete(deliveryId);
    this.bytes -= held.bytes;
    const share = this.shares.get(held.webhookId);
    if (!share) return;
    share.count--;
    share.bytes -= held.bytes;
    share.window = wentWell
      ? Math.min(share.window + 1, this.limits.maxHeld)
      : Math.max(SMALLEST_WINDOW, share.window >> 1);
    if (share.count === 0) this.close(held.webhookId, share);
  }

  /** Webhooks that may hold no more. */
  full(): number[] {
    return [...this.shares].filter(([, share]) => !this.fits(share)).map(([webhookId]) => webhookId);
  }

  free(): { readonly count: number; readonly bytes: number } {
    return { count: this.limits.maxHeld - this.held.size, bytes: this.limits.maxHeldBytes - this.bytes };
  }

  private open(webhookId: number): Share {
    const share = { count: 0, bytes: 0, window: this.remembered.get(webhookId) ?? FIRST_WINDOW };
    this.remembered.delete(webhookId);
    this.shares.set(webhookId, share);
    return share;
  }

  private close(webhookId: number, share: Share): void {
    this.shares.delete(webhookId);
    this.remembered.set(webhookId, share.window);
    const [oldest] = this.remembered.keys();
    if (oldest !== undefined && this.remembered.size > MOST_REMEMBERED) this.remembered.delete(oldest);
  }

  private fits(share: Share): boolean {
    const free = this.free();
    return share.count < Math.min(share.window, free.count / PART_OF_FREE) && share.bytes < free.bytes / PART_OF_FREE;
  }
}
