import type { ClassPath } from '../domain/scheduling-class.js';
import { Recent } from '../recent.js';
import { type ClassNode, ClassTree, hasRoom, type TimesOfFree } from './class-tree.js';

export interface HoldingsLimits {
  readonly maxResident: number;
  readonly maxResidentBytes: number;
}

interface Held {
  readonly webhookId: number;
  readonly bytes: number;
  /** Kept by a claim, and not for a commit that may turn out to be one of long ago. */
  readonly isClaimed: boolean;
}

/** What a scheduling class holds. */
interface ClassLoad {
  count: number;
  bytes: number;
}

interface Share {
  /** Undefined while the lane holds nothing. */
  place: ClassNode<ClassLoad> | undefined;
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
/** An origin that is alone may hold two thirds, a user with several origins three quarters, a space four fifths. */
const TIMES_OF_FREE: TimesOfFree = [4, 3, 2];

/**
 * What is in memory on behalf of dispatch: from the moment room is kept for a delivery, before its commit, until it is
 * settled. Each lane has a window as a TCP connection has: a receiver that answers soon may fill thousands of places, a
 * thousand that hang have a few each, and what does not fit waits in the store. What a space, a user or an origin holds in all its
 * lanes is bounded by what is free, so that the first deliveries of others find room.
 */
export class Holdings {
  private readonly held = new Map<string, Held>();
  private readonly shares = new Map<number, Share>();
  /** Lanes that hold nothing just now: their windows are worth remembering. */
  private readonly remembered = new Recent<number, Share>(MOST_REMEMBERED);
  private readonly classes = new ClassTree<ClassLoad>(() => ({ count: 0, bytes: 0 }));
  private bytes = 0;

  constructor(
    private readonly limits: HoldingsLimits,
    private readonly classOf: (webhookId: number) => ClassPath,
  ) {}

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
    const kept = this.limits.maxResident * KEPT_FOR_CLAIMS;
    const { count } = this.free();
    if (count <= kept) return 0;
    const share = this.shares.get(webhookId);
    if (share) return this.fits(share) ? this.placesOf(share) : 0;
    const place = this.classes.find(this.classOf(webhookId));
    if (this.isClassFull(place)) return 0;
    return Math.min(
      this.remembered.get(webhookId)?.window ?? FIRST_WINDOW,
      Math.ceil(count - kept),
      this.roomIn(place),
    );
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
      ? Math.min(share.window + 1, this.limits.maxResident)
      : Math.max(SMALLEST_WINDOW, share.window >> 1);
  }

  /**
   * Webhooks that may hold no more, how many more others may hold, and how many any that holds nothing. Where a class has room for
   * less than the `deliveries` of a claim, its lanes share that room, so that the claim does not fill it many times over.
   */
  lanes(deliveries = 0): {
    readonly except: number[];
    readonly lanes: ReadonlyMap<number, number>;
    readonly others: number;
  } {
    const except: number[] = [];
    const lanes = new Map<number, number>();
    let someClassIsFull = false;
    for (const [webhookId, share] of this.shares) {
      if (this.fits(share)) lanes.set(webhookId, this.partOf(share, deliveries));
      else except.push(webhookId);
      someClassIsFull ||= share.place !== undefined && this.isClassFull(share.place);
    }
    if (someClassIsFull) {
      // Those of it that hold nothing just now are to be left out too.
      for (const webhookId of this.remembered.keys()) {
        if (this.isClassFull(this.classes.find(this.classOf(webhookId)))) except.push(webhookId);
      }
    }
    return { except, lanes, others: FIRST_WINDOW };
  }

  free(): { readonly count: number; readonly bytes: number } {
    return { count: this.limits.maxResident - this.held.size, bytes: this.limits.maxResidentBytes - this.bytes };
  }

  private keep(deliveryId: string, held: Held): void {
    const share = this.shares.get(held.webhookId) ?? this.open(held.webhookId);
    share.count++;
    share.bytes += held.bytes;
    addTo(share.place, 1, held.bytes);
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
    addTo(share.place, -1, -held.bytes);
    if (share.count === 0) this.close(held.webhookId, share);
    return share;
  }

  private open(webhookId: number): Share {
    const share = this.remembered.get(webhookId) ?? { place: undefined, count: 0, bytes: 0, window: FIRST_WINDOW };
    this.remembered.delete(webhookId);
    share.place = this.classes.enter(this.classOf(webhookId));
    this.shares.set(webhookId, share);
    return share;
  }

  private close(webhookId: number, share: Share): void {
    if (share.place) this.classes.leave(share.place);
    share.place = undefined;
    this.shares.delete(webhookId);
    this.remembered.set(webhookId, share);
  }

  private placesOf(share: Share): number {
    const { count } = this.free();
    const places = Math.min(share.window, count / PART_OF_FREE) - share.count;
    return Math.ceil(share.place ? Math.min(places, this.roomIn(share.place)) : places);
  }

  /** What a claim may bring of a lane. */
  private partOf(share: Share, deliveries: number): number {
    const places = this.placesOf(share);
    const room = share.place ? this.roomIn(share.place) : deliveries;
    return share.place && room < deliveries ? Math.min(places, Math.ceil(room / share.place.lanes)) : places;
  }

  private fits(share: Share): boolean {
    return (
      this.placesOf(share) > 0 &&
      share.bytes < this.free().bytes / PART_OF_FREE_BYTES &&
      !(share.place && this.isClassFull(share.place))
    );
  }

  /** Deliveries that a class may take until it, or one around it, is full. */
  private roomIn(place: ClassNode<ClassLoad>): number {
    const { count } = this.free();
    let room = count;
    for (let node = place; node.parent; node = node.parent) {
      const times = TIMES_OF_FREE[node.depth] ?? 0;
      // Each one that it takes is one less that is free.
      room = Math.min(room, (times * count - node.load.count) / (times + 1));
    }
    return Math.ceil(room);
  }

  private isClassFull(place: ClassNode<ClassLoad>): boolean {
    const { count, bytes } = this.free();
    for (let node = place; node.parent; node = node.parent) {
      const times = TIMES_OF_FREE[node.depth] ?? 0;
      if (!hasRoom(node.load.count, count, times) || !hasRoom(node.load.bytes, bytes, times)) return true;
    }
    return false;
  }
}

function addTo(place: ClassNode<ClassLoad> | undefined, count: number, bytes: number): void {
  for (let node = place; node; node = node.parent) {
    node.load.count += count;
    node.load.bytes += bytes;
  }
}
