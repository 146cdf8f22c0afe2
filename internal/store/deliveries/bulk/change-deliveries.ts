import type { Cursor } from '../../postgres/keyset.js';
import { readCursor } from '../../postgres/keyset.js';
import type { Db } from '../../postgres/knex.js';
import { findDeliveries } from '../list/find-deliveries.js';
import type { DeliveryFilter, DeliveryKey } from '../list/list-filter.js';

/** Changes a batch of deliveries in a transaction of its own, and returns how many of them were changed. */
export type ChangeBatch = (keys: readonly DeliveryKey[]) => Promise<number>;

export interface Changes {
  /** Number of deliveries that fit the filter. */
  readonly matched: number;
  readonly changed: number;
  /** The position at which the next request continues; undefined at the end. */
  readonly next: string | undefined;
}

const BATCH = 500;
/** One request changes at most this many deliveries, and begins no batch after this time. */
const MAX_DELIVERIES = 10_000;
const MAX_MS = 5000;

/**
 * Changes the deliveries that fit the filter, batch by batch, each in its own transaction. A request that is
 * interrupted can be repeated: what is changed already does not fit the filter any more, or is changed to the same
 * state again.
 */
export async function changeDeliveries(
  db: Db,
  filter: DeliveryFilter,
  { cursor, change }: { readonly cursor: Cursor | undefined; readonly change: ChangeBatch },
): Promise<Changes> {
  const start = performance.now();
  let from = cursor;
  let matched = 0;
  let changed = 0;
  let next: string | undefined;
  do {
    const found = await findDeliveries(db, filter, { limit: BATCH, cursor: from });
    if (found.keys.length > 0) changed += await change(found.keys);
    matched += found.keys.length;
    next = found.next;
    from = next === undefined ? undefined : readCursor(next);
  } while (from && matched < MAX_DELIVERIES && performance.now() - start < MAX_MS);
  return { matched, changed, next };
}
