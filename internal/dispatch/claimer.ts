import type { Claim, ClaimRoom } from '../domain/delivery/claim.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import type { Logger } from '../logger.js';
import type { PlaceDelayed } from './place-delayed.js';
import type { InstancePort } from './ports.js';
import type { Residents } from './residents/residents.js';
import type { Strays } from './strays.js';

/** The source of claimed deliveries, and what is done with them before they are sent. */
export interface ClaimSource {
  claim(room: Required<ClaimRoom>): Promise<Claim>;
  /** Loads the changes that the catalog does not have yet. */
  reloadCatalog(): Promise<void>;
  readonly placeDelayed: PlaceDelayed;
}

export interface ClaimerDeps {
  readonly source: ClaimSource;
  readonly instance: Pick<InstancePort, 'id' | 'isTrusted'>;
  readonly residents: Residents;
  readonly strays: Strays;
  enqueue(delivery: OwnedDelivery): void;
  readonly logger: Logger;
}

export interface Claimer {
  /**
   * Makes one claim. Returns true if the claim ended because its room or its time was used up, and false if nothing
   * more was due.
   */
  runOnce(): Promise<boolean>;
  /**
   * Loads the catalog of a time after the claim, and returns the claimed deliveries that this instance still owns: an
   * instance that was declared dead meanwhile owns none of them. Delayed deliveries of ordered webhooks are left out:
   * they have their positions then, and wait for their turn.
   */
  followCatalog(claimed: readonly OwnedDelivery[]): Promise<readonly OwnedDelivery[]>;
  /**
   * Whether the catalog could not be loaded after the last claim. Nothing must be claimed until the catalog can be
   * loaded.
   */
  isCatalogBehind(): boolean;
}

const MAX_AT_ONCE = 2000;
/**
 * Minimum size of a claim. A claim for a few free places, or for the few deliveries that fell due meanwhile, would cost
 * three statements each.
 */
const MIN_AT_ONCE = 100;

export function makeClaimer(deps: ClaimerDeps): Claimer {
  const { source, residents, strays, logger } = deps;
  let isBehind = false;

  const claim = async (room: Required<ClaimRoom>) => {
    try {
      return await source.claim(room);
    } catch (error) {
      strays.suspect();
      throw error;
    }
  };

  const reloadCatalog = async () => {
    try {
      await source.reloadCatalog();
      isBehind = false;
    } catch (error) {
      isBehind = true;
      throw error;
    }
  };

  /** Without the current catalog, or if the positions cannot be stored, all claimed deliveries are strays. */
  const followCatalog = async (claimed: readonly OwnedDelivery[]) => {
    if (claimed.length === 0) return claimed;
    try {
      await reloadCatalog();
      const me = deps.instance.id();
      return await source.placeDelayed(claimed.filter(({ owner }) => owner === me));
    } catch (error) {
      strays.suspect();
      throw error;
    }
  };

  /** Deliveries of failing receivers fall due all the time, a few at a time. They wait for the next round. */
  const mayBeMore = ({ deliveries, around }: Claim, asked: { readonly deliveries: number; readonly bytes: number }) =>
    around === true ||
    deliveries.length >= Math.min(asked.deliveries, MIN_AT_ONCE) ||
    residents.free().bytes < asked.bytes / 2 ||
    deliveries.some(({ webhookId }) => residents.isFull(webhookId));

  return {
    followCatalog,
    isCatalogBehind: () => isBehind,
    async runOnce() {
      if (!deps.instance.isTrusted()) return false;
      if (isBehind) await reloadCatalog();
      await strays.free();
      const free = residents.free();
      const deliveries = Math.min(MAX_AT_ONCE, Math.ceil(free.count / 2));
      if (deliveries < Math.min(MIN_AT_ONCE, 1 + residents.count) || free.count <= 0 || free.bytes <= 0) return false;
      const claimed = await claim({ deliveries, bytes: free.bytes, ...residents.lanes(deliveries) });
      if (claimed.lost > 0) logger.error('delivery.message_lost', { deliveries: claimed.lost });
      // A webhook that is newer than the catalog must not be mistaken for a deleted one, and an id must not be taken
      // for the webhook that had the id before a restore.
      const ours = await followCatalog(claimed.deliveries);
      for (const one of ours) residents.reserve(one.id, one.webhookId, one.message.body.length);
      for (const one of ours) deps.enqueue(one);
      return mayBeMore(claimed, { deliveries, bytes: free.bytes });
    },
  };
}
