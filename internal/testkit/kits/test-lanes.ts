import { type LaneLimits, Lanes, type LanesDeps } from '../../dispatch/lanes/lanes.js';
import { classOfItsOwn } from './test-classes.js';

/** Lanes of webhooks without settings, each in a separate space, in the only instance. */
export function makeTestLanes(limits: LaneLimits, overrides: Partial<LanesDeps> = {}): Lanes {
  return new Lanes(limits, {
    rulesOf: () => ({}),
    classOf: classOfItsOwn,
    untilReady: () => undefined,
    instances: () => 1,
    now: () => 0,
    ...overrides,
  });
}
