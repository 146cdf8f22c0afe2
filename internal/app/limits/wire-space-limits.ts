import type { Cleanup } from '../../cleanup.js';
import type { Dispatch } from '../../dispatch/dispatch.js';
import { OverLimits } from '../../intake/limits/over-limits.js';
import { countPending } from '../../intake/limits/pending-counts.js';
import { SpaceLimits } from '../../intake/limits/space-limits.js';
import type { JournalPool } from '../../store/journal/journal-pool.js';
import { countWaiting } from '../../store/spaces/count-waiting.js';
import type { Base } from '../base.js';
import type { Registry } from '../wire-catalog.js';

export interface SpaceLimitParts {
  readonly pool: JournalPool;
  readonly registry: Registry;
  readonly dispatch: Dispatch;
  /** Number of live instances. */
  instances(): number;
}

/** The limits of spaces for messages. */
export interface WiredLimits {
  /** Those of the intake, for messages from NATS and for those that are published straight into the journal. */
  readonly intake: SpaceLimits;
  /** Those of messages that are published over HTTP to NATS. The intake counts these messages again. */
  readonly toNats: SpaceLimits;
  readonly over: OverLimits;
}

export function wireSpaceLimits({ clock, logger }: Base, parts: SpaceLimitParts, cleanup: Cleanup): WiredLimits {
  const { pool, dispatch, instances } = parts;
  const { catalog } = parts.registry;
  const now = clock.monotonic;
  const over = new OverLimits({ now, logger });
  const make = () =>
    new SpaceLimits({
      spaces: () => catalog.spaces,
      instances,
      pendingOf: (spaceId) => pending.of(spaceId),
      onOver: (one) => over.note(one),
      now,
    });
  const [intake, toNats] = [make(), make()];
  const pending = countPending({
    limited: () => catalog.spaces.pendingLimits(),
    countWaiting: (limits) => countWaiting(pool, limits),
    residentOf: dispatch.residentOf,
    afterRound() {
      over.look();
      intake.forgetUnused();
      toNats.forgetUnused();
    },
    now,
    logger,
  });
  cleanup.add('pending counts', pending.stop);
  return { intake, toNats, over };
}
