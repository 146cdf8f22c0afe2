import type { CatalogSync } from '../catalog/catalog-sync.js';
import type { Cleanup } from '../cleanup.js';
import { makeDeadline } from '../deadline.js';
import type { Dispatch } from '../dispatch/dispatch.js';
import type { StreamOrder } from '../dispatch/stream-order/stream-order.js';
import type { Intake } from '../intake/intake.js';
import type { Journal } from '../store/journal/journal.js';

export interface FinishParts {
  readonly graceMs: number;
  readonly catalogSync: CatalogSync;
  readonly intake: Intake;
  readonly streamOrder: StreamOrder;
  readonly dispatch: Dispatch;
  readonly journal: Journal;
  readonly cleanup: Cleanup;
}

/** Share of the grace period in which requests may run. The journal commits in the rest. */
const SENDING_SHARE = 0.8;

/**
 * Accepts nothing new, commits accepted messages and finishes running requests. Then it closes the resources that were
 * needed.
 */
export async function finish(parts: FinishParts): Promise<void> {
  const { graceMs, catalogSync, intake, streamOrder, dispatch, journal, cleanup } = parts;
  const deadline = makeDeadline(graceMs);
  const abandon = () => {
    journal.abandon();
    catalogSync.abandon();
  };
  const giveUp = setTimeout(abandon, graceMs);
  await deadline.within(catalogSync.stop());
  await deadline.within(intake.drain());
  await deadline.within(streamOrder.stop());
  await deadline.within(dispatch.stop(deadline.left() * SENDING_SHARE));
  clearTimeout(giveUp);
  abandon();
  await cleanup.run(deadline);
}
