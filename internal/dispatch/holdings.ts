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
}

/**
 * What is in memory on behalf of dispatch: from the moment room is kept for a delivery, before its commit, until it is
 * settled. One lane may hold at most as much as is still free (a dynamic threshold, as switches share their buffers):
 * one busy lane gets half of the memory, a hundred stuck ones together can never take the room of those that run.
 */
export class Holdings {
  private readonly held = new Map<string, Held>();
  private readonly shares = new Map<number, Share>();
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
    const share = this.shares.get(webhookId);
    const freeBytes = this.limits.maxHeldBytes - this.bytes;
    if (bytes > freeBytes || this.held.size >= this.limits.maxHeld) return false;
    if (share && !this.fits(share)) return false;
    this.reserve(deliveryId, webhookId, bytes);
    return true;
  }

  /** Keeps room for a delivery that is ours already. */
  reserve(deliveryId: string, webhookId: number, bytes: number): void {
    const share = this.shares.get(webhookId) ?? { count: 0, bytes: 0 };
    share.count++;
    share.bytes += bytes;
    this.shares.set(webhookId, share);
    this.bytes += bytes;
    this.held.set(deliveryId, { webhookId, bytes });
  }

  release(deliveryId: string): void {
    const held = this.held.get(deliveryId);
    if (!held) return;
    this.held.delete(deliveryId);
    this.bytes -= held.bytes;
    const share = this.shares.get(held.webhookId);
    if (!share) return;
    share.count--;
    share.bytes -= held.bytes;
    if (share.count === 0) this.shares.delete(held.webhookId);
  }

  /** Webhooks that may hold no more. */
  full(): number[] {
    return [...this.shares].filter(([, share]) => !this.fits(share)).map(([webhookId]) => webhookId);
  }

  free(): { readonly count: number; readonly bytes: number } {
    return { count: this.limits.maxHeld - this.held.size, bytes: this.limits.maxHeldBytes - this.bytes };
  }

  private fits(share: Share): boolean {
    const free = this.free();
    return share.count < free.count && share.bytes < free.bytes;
  }
}
