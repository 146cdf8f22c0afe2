import type { ClassPath } from '../../domain/delivery/scheduling-class.js';
import { Recent } from '../../recent.js';
import { ClassTree } from '../lanes/class-tree.js';
import { FIRST_WINDOW, nextWindow } from '../lanes/window.js';
import { addTo, type ClassLoad, isClassFull, type ResidentClass, roomIn } from './resident-classes.js';

export interface ResidentLimits {
  readonly maxResident: number;
  readonly maxResidentBytes: number;
}

interface Resident {
  readonly webhookId: number;
  readonly bytes: number;
  /** Whether the place is reserved by a claim, and not for a commit that may turn out to have happened long ago. */
  readonly isClaimed: boolean;
}

interface Share {
  /** Undefined while the lane has no residents. */
  place: ResidentClass | undefined;
  count: number;
  bytes: number;
  /** Maximum number of residents of the lane. It grows with each success and is halved after each failure. */
  window: number;
}

/** Share of the places that is kept from new messages, so that a flood cannot starve retries and the backlog. */
const SHARE_OF_CLAIMS = 0.125;
/** Number of idle lanes whose windows are remembered. */
const MAX_REMEMBERED = 10_000;
/** A lane may have a quarter of the free places, so that the busiest lane leaves room for others. */
const PART_OF_FREE = 4;
/** The share of bytes is larger: payloads tend to be large together, and the rest is written and read once more. */
const PART_OF_FREE_BYTES = 2;

/**
 * The deliveries in memory on behalf of dispatch: from the reservation of a delivery before its commit until it is
 * settled. Each lane has a window like a TCP connection: a receiver that answers soon may fill thousands of places, a
 * thousand receivers that hang have a few each, and deliveries without room wait in the store. The residents of a
 * space, a user or an origin in all its lanes are bounded by the free amount, so that the first deliveries of others
 * find room.
 */
export class Residents {
  private readonly resident = new Map<string, Resident>();
  private readonly shares = new Map<number, Share>();
  /** Lanes without residents. Their windows are worth remembering. */
  private readonly remembered = new Recent<number, Share>(MAX_REMEMBERED);
  private readonly classes = new ClassTree<ClassLoad>(
    () => ({ count: 0, bytes: 0 }),
    () => undefined,
  );
  private bytes = 0;

  constructor(
    private readonly limits: ResidentLimits,
    private readonly classOf: (webhookId: number) => ClassPath,
  ) {}

  get count(): number {
    return this.resident.size;
  }

  get residentBytes(): number {
    return this.bytes;
  }

  /** Number of residents of a space. */
  countOf(spaceId: number): number {
    return this.classes.root.children.get(spaceId)?.used.count ?? 0;
  }

  has(deliveryId: string): boolean {
    return this.resident.has(deliveryId);
  }

  /** Reserves memory. False: the delivery is resident already (redelivered), or there is no room for its webhook. */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean {
    if (this.resident.has(deliveryId) || bytes > this.freeBytes || !this.hasRoomFor(webhookId)) return false;
    this.add(deliveryId, { webhookId, bytes, isClaimed: false });
    return true;
  }

  /** Gives up a reservation of `tryReserve`, unless a claim has brought the same delivery since. */
  unreserve(deliveryId: string): void {
    if (this.resident.get(deliveryId)?.isClaimed === false) this.release(deliveryId);
  }

  /** Number of further deliveries of a webhook that may become resident without a claim. 0 or less means none. */
  roomOf(webhookId: number): number {
    if (this.isForClaimsOnly()) return 0;
    const share = this.shares.get(webhookId);
    if (!share) return this.roomOfIdle(webhookId);
    return this.fits(share) ? this.placesOf(share) : 0;
  }

  /** Whether the webhook has as many residents as it may have. */
  isFull(webhookId: number): boolean {
    const share = this.shares.get(webhookId);
    return share !== undefined && !this.fits(share);
  }

  /** Reserves memory for a delivery that this instance owns already. It may be resident from an earlier life. */
  reserve(deliveryId: string, webhookId: number, bytes: number): void {
    this.remove(deliveryId);
    this.add(deliveryId, { webhookId, bytes, isClaimed: true });
  }

  release(deliveryId: string, wentWell = true): void {
    const share = this.remove(deliveryId);
    if (share) share.window = nextWindow(share.window, wentWell, this.limits.maxResident);
  }

  /**
   * Returns the webhooks that may have no more residents, how many more the others may have, and how many a webhook
   * without residents may have. If a class has room for less than the `deliveries` of a claim, its lanes share that
   * room, so that the claim does not fill it many times over.
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
      someClassIsFull ||= this.isClassOfFull(share);
    }
    if (someClassIsFull) {
      // Lanes of it without residents have to be left out too.
      for (const webhookId of this.remembered.keys()) {
        const place = this.classes.find(this.classOf(webhookId));
        if (isClassFull(place, this.freeCount, this.freeBytes)) except.push(webhookId);
      }
    }
    return { except, lanes, others: FIRST_WINDOW };
  }

  free(): { readonly count: number; readonly bytes: number } {
    return { count: this.freeCount, bytes: this.freeBytes };
  }

  private get freeCount(): number {
    return this.limits.maxResident - this.resident.size;
  }

  private get freeBytes(): number {
    return this.limits.maxResidentBytes - this.bytes;
  }

  /** Whether `roomOf` is above 0, without computing the number, because this is checked for each accepted delivery. */
  private hasRoomFor(webhookId: number): boolean {
    if (this.isForClaimsOnly()) return false;
    const share = this.shares.get(webhookId);
    return share ? this.fits(share) : this.roomOfIdle(webhookId) > 0;
  }

  /** Whether the free room is not for new messages. */
  private isForClaimsOnly(): boolean {
    return this.freeCount <= this.limits.maxResident * SHARE_OF_CLAIMS;
  }

  /** The room of a webhook without residents. */
  private roomOfIdle(webhookId: number): number {
    const { freeCount } = this;
    const place = this.classes.find(this.classOf(webhookId));
    if (isClassFull(place, freeCount, this.freeBytes)) return 0;
    return Math.min(
      this.remembered.get(webhookId)?.window ?? FIRST_WINDOW,
      Math.ceil(freeCount - this.limits.maxResident * SHARE_OF_CLAIMS),
      roomIn(place, freeCount),
    );
  }

  private add(deliveryId: string, resident: Resident): void {
    const share = this.shares.get(resident.webhookId) ?? this.open(resident.webhookId);
    share.count++;
    share.bytes += resident.bytes;
    addTo(share.place, 1, resident.bytes);
    this.bytes += resident.bytes;
    this.resident.set(deliveryId, resident);
  }

  private remove(deliveryId: string): Share | undefined {
    const resident = this.resident.get(deliveryId);
    if (!resident) return undefined;
    this.resident.delete(deliveryId);
    this.bytes -= resident.bytes;
    const share = this.shares.get(resident.webhookId);
    if (!share) return undefined;
    share.count--;
    share.bytes -= resident.bytes;
    addTo(share.place, -1, -resident.bytes);
    if (share.count === 0) this.close(resident.webhookId, share);
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
    const { freeCount } = this;
    const places = Math.min(share.window, freeCount / PART_OF_FREE) - share.count;
    return Math.ceil(share.place ? Math.min(places, roomIn(share.place, freeCount)) : places);
  }

  /** The number of deliveries that a claim may bring for a lane. */
  private partOf(share: Share, deliveries: number): number {
    const places = this.placesOf(share);
    const room = share.place ? roomIn(share.place, this.freeCount) : deliveries;
    return share.place && room < deliveries ? Math.min(places, Math.ceil(room / share.place.lanes)) : places;
  }

  /** Whether `placesOf` is above 0, and there is room for bytes. A class that is not full has room for a delivery. */
  private fits(share: Share): boolean {
    return (
      share.count < Math.min(share.window, this.freeCount / PART_OF_FREE) &&
      share.bytes < this.freeBytes / PART_OF_FREE_BYTES &&
      !this.isClassOfFull(share)
    );
  }

  private isClassOfFull({ place }: Share): boolean {
    return place !== undefined && isClassFull(place, this.freeCount, this.freeBytes);
  }
}
