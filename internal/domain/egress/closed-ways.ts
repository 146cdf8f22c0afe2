import { coveredBy } from '../matching/covered-by.js';
import type { Degradation } from '../streams/degradation.js';
import type { Obstacle } from '../streams/stream-obstacles.js';

/** A way by which messages of some subjects arrive, and the obstacle that closes it, if there is one. */
export interface Way {
  readonly subjects: readonly string[];
  readonly obstacle: Obstacle | undefined;
}

/** Returns the events that a closed way affects. An event that another way still reaches is affected only in part. */
export function hitByClosed(ways: readonly Way[], events: readonly string[]): readonly Degradation[] {
  const closed = ways.filter(({ obstacle }) => obstacle !== undefined);
  if (closed.length === 0) return [];
  const open = ways.filter(({ obstacle }) => obstacle === undefined).flatMap(({ subjects }) => subjects);
  const served = new Set(coveredBy(events, open));
  return closed.flatMap(({ subjects, obstacle }) =>
    coveredBy(events, subjects).map((event) => ({
      event,
      ...(obstacle as Obstacle),
      ...(served.has(event) && { isPartial: true as const }),
    })),
  );
}
