import type { Logger } from '../logger.js';

export interface WatchSharesDeps {
  /** Spaces whose deliveries wait because the space, or a user or an origin in it, has all slots that it may have. */
  spacesAtShare(): readonly number[];
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

export interface WatchShares {
  /** Logs each space when it comes to its share of the slots, and when it has been below the share for a while. */
  look(): Promise<void>;
  /** The spaces that are named now. */
  spaces(): readonly number[];
}

/** Maximum number of spaces that are named at the same time, so that thousands of spaces do not fill the log. */
export const MAX_NAMED = 20;
/** A space that comes to its share again within this time stays in the same state. */
const QUIET_MS = 60_000;

export function makeWatchShares({ spacesAtShare, now, logger }: WatchSharesDeps): WatchShares {
  /** The time at which each space was last seen at its share. */
  const named = new Map<number, number>();
  return {
    async look() {
      const seenAt = now();
      for (const space of spacesAtShare()) {
        if (!named.has(space)) {
          if (named.size >= MAX_NAMED) continue;
          logger.warn('dispatch.space_at_share', { space });
        }
        named.set(space, seenAt);
      }
      for (const [space, lastAt] of named) {
        if (seenAt - lastAt < QUIET_MS) continue;
        named.delete(space);
        logger.info('dispatch.space_below_share', { space });
      }
    },
    spaces: () => [...named.keys()],
  };
}
