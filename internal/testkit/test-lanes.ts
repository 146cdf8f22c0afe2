import { type LaneLimits, Lanes, type LanesDeps } from '../dispatch/lanes.js';

/** Lanes of webhooks without wishes of their own, in the only instance. */
export function makeTestLanes(limits: LaneLimits, given: Partial<LanesDeps> = {}): Lanes {
  return new Lanes(limits, { rulesOf: () => ({}), instances: () => 1, now: () => 0, ...given });
}
