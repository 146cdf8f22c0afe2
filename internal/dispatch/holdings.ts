import { Recent } from '../recent.js';

export interface HoldingsLimits {
  readonly maxHeld: number;
  readonly maxHeldBytes: number;
}

interface Held {
  readonly webhookId: number;
  readonly bytes: number;
  /** Kept by a claim, and not for a commit that may turn out to be one of long ago. */
  readonly isClaimed: boolean;
}

interface Share {
  count: number;
  bytes: number;
  /** How many deliveries the lane may hold: grows with each that goes well, halves with each that does not. */
  window: number;
}

const SMALLEST_WINDOW = 16;
const FIRST_WINDOW = 128;
/** Part of the places that new messages may not take: else retries and the backlog would wait for as long as they flood. */
const KEPT_FOR_CLAIMS = 0.125;
/** Windows of idle lanes that are remembered. */
const MOST_REMEMBERED = 10_000;
/** A lane may hold a quarter of what is still free, so that the busiest leaves room for others. */
const PART_OF_FREE = 4;
/** More of the bytes: payloads are large for everybody at a time, and what has no room is written and read once more. */
const PART_OF_FREE_BYTES = 2;

/**
 * What is in memory on behalf of dispatch: from the moment room is kept for a delivery, before its commit, until it is
 * settled. Each lane has a window as a TCP connection has: a receiver that answers soon may fill thousands of places, a
 * thousand that hang have a few each, and what does not fit waits in the store.
 */
export class Holdings {
  private readonly held = new Map<string, Held>();
  private readonly shares = new Map<number, Share>();
  /** Lanes that hold nothing just now: their windows are worth remembering. */
  private readonly remembered = new Recent<number, Share>(MOST_REMEMBERED);
  private bytes = 0;

  constructor(private readonly limits: HoldingsLimits) {}

  get count(): number {
    return this.held.size;
  }

  get heldBytes(): number {
    return this.bytes;
  }

  has(deliveryId: string): boolean {
    return this.held.has(deliveryId);
  }

  /** Keeps room for a delivery unless it is here already (its message came again), or all of the room, or this webhook's part, is taken. */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean {
    if (this.held.has(deliveryId) || bytes > this.free().bytes || this.roomOf(webhookId) <= 0) return false;
    this.keep(deliveryId, { webhookId, bytes, isClaimed: false });
    return true;
  }

  /** Gives up what `tryReserve` has kept, unless a claim has brought the same delivery since. */
  unreserve(deliveryId: string): void {
    if (this.held.get(deliveryId)?.isClaimed === false) this.release(deliveryId);
  }

  /** How many more deliveries of a webhook may be kept that did not come by a claim of what is due; 0 or less: none. */
  roomOf(webhookId: number): number {
    const kept = this.limits.maxHeld * KEPT_FOR_CLAIMS;
    const { count } = this.free();
    if (count <= kept) return 0;
    const share = this.shares.get(webhookId);
    if (!share) return Math.min(this.remembered.get(webhookId)?.window ?? FIRST_WINDOW, Math.ceil(count - kept));
    return this.fits(share) ? this.placesOf(share) : 0;
  }

  /** Whether its webhook holds all that it may. */
  isFull(webhookId: number): boolean {
    const share = this.shares.get(webhookId);
    return share !== undefined && !this.fits(share);
  }

  /** Keeps room for a delivery that is ours already. It may be held from an earlier life of this instance. */
  reserve(deliveryId: string, webhookId: number, bytes: number): void {
    this.giveUp(deliveryId);
    this.keep(deliveryId, { webhookId, bytes, isClaimed: true });
  }

  release(deliveryId: string, wentWell = true): void {
    const share = this.giveUp(deliveryId);
    if (!share) return;
    share.window = wentWell
      ? Math.min(share.window + 1, this.limits.maxHeld)
      : Math.max(SMALLEST_WINDOW, share.window >> 1);
  }

  /** Webhooks that may hold no more, how many more others may hold, and how many any that holds nothing. */
  lanes(): { readonly except: number[]; readonly lanes: ReadonlyMap<number, number>; readonly others: number } {
    const except: number[] = [];
    const lanes = new Map<number, number>();
    for (const [webhookId, share] of this.shares) {
      if (this.fits(share)) lanes.set(webhookId, this.placesOf(share));
      else except.push(webhookId);
    }
    return { except, lanes, others: FIRST_WINDOW };
  }

  free(): { readonly count: number; readonly bytes: number } {
    return { count: this.limits.maxHeld - this.held.size, bytes: this.limits.maxHeldBytes - this.bytes };
  }

  private keep(deliveryId: string, held: Held): void {
    const share = this.shares.get(held.webhookId) ?? this.open(held.webhookId);
    share.count++;
    share.bytes += held.bytes;
    this.bytes += held.bytes;
    this.held.set(deliveryId, held);
  }

  private giveUp(deliveryId: string): Share | undefined {
    const held = this.held.get(deliveryId);
    if (!held) return undefined;
    this.held.delete(deliveryId);
    this.bytes -= held.bytes;
    const share = this.shares.get(held.webhookId);
    if (!share) return undefined;
    share.count--;
    share.bytes -= held.bytes;
    if (share.count === 0) this.close(held.webhookId, share);
    return share;
  }

  private open(webhookId: number): Share {
    const share = this.remembered.get(webhookId) ?? { count: 0, bytes: 0, window: FIRST_WINDOW };
    this.remembered.delete(webhookId);
    this.shares.set(webhookId, share);
    return share;
  }

  private close(webhookId: number, share: Share): void {
    this.shares.delete(webhookId);
    this.remembered.set(webhookId, share);
  }

  private placesOf(share: Share): number {
    return Math.ceil(Math.min(share.window, this.free().count / PART_OF_FREE) - share.count);
  }

  private fits(share: Share): boolean {
    return this.placesOf(share) > 0 && share.bytes < this.free().bytes / PART_OF_FREE_BYTES;
  }
}
