import type { Logger } from '../logger.js';

export interface WatchSharesDeps {
  /** Spaces of which deliveries wait because the space, or a user or an origin in it, has all the slots that it may have. */
  spacesAtShare(): readonly number[];
  readonly logger: Logger;
}

/** Spaces that are named at a time: who makes them up by the thousand does not fill the log. */
const MAX_NAMED = 20;

/** Tells the log of each space when it comes to its share of the slots, and when it is no longer there; one look. */
export function makeWatchShares({ spacesAtShare, logger }: WatchSharesDeps): () => Promise<void> {
  let before: ReadonlySet<number> = new Set();
  return async () => {
    const now = new Set(spacesAtShare().slice(0, MAX_NAMED));
    for (const space of now) if (!before.has(space)) logger.warn('dispatch.space_at_share', { space });
    for (const space of before) if (!now.has(space)) logger.info('dispatch.space_below_share', { space });
    before = now;
  };
}
