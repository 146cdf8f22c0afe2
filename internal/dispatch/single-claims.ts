import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import type { Claimer } from './claimer.js';
import type { Residents } from './residents/residents.js';
import type { Strays } from './strays.js';

export interface SingleClaimsDeps {
  readonly claimer: Pick<Claimer, 'followCatalog'>;
  readonly residents: Residents;
  readonly strays: Strays;
  enqueue(delivery: OwnedDelivery): void;
}

/** Receives the deliveries of a claim of single deliveries, with a catalog that is not older than the claim. */
export type RunSingleClaim = (claim: () => Promise<readonly OwnedDelivery[]>) => Promise<void>;

export function makeRunSingleClaim({ claimer, residents, strays, enqueue }: SingleClaimsDeps): RunSingleClaim {
  const release = (some: readonly OwnedDelivery[]) => {
    for (const { id } of some) residents.release(id);
  };

  return async (claim) => {
    const claimed = await strays.claimApart(async () => {
      const deliveries = await claim();
      // The deliveries become resident before any wait, because a look for strays would release them otherwise.
      for (const one of deliveries) residents.reserve(one.id, one.webhookId, one.message.body.length);
      return deliveries;
    });
    if (claimed.length === 0) return;
    const ours = await claimer.followCatalog(claimed).catch((error: unknown) => {
      release(claimed);
      throw error;
    });
    release(claimed.filter((one) => !ours.includes(one)));
    for (const one of ours) enqueue(one);
  };
}
