import type { JournalPool, Statement } from '../journal-pool.js';
import { IS_STILL_OURS } from './park.js';

/**
 * The positions continue the numbers of `accept-statement.ts`: each statement has a range of its own. ("Set without a
 * join" in `sql-notes.md`.)
 */
export const PLACE: Statement = {
  text: `
    with turn as (select nextval('deliveries_order_no') << 20 as no)
    update deliveries d set owner = null, due_at = 'infinity', (order_key, order_no) = (
      select ($3::uuid[])[place], (select no from turn) + place from array_position($1::uuid[], d.id) as place
    )
    where ${IS_STILL_OURS} and d.order_key is null`,
};

export interface Placed {
  readonly delivery: { readonly id: string; readonly owner: string };
  readonly orderKey: string;
}

/**
 * Gives deliveries that are ours a position behind all others of their keys, in this order. They wait for their turn
 * and are not owned any more.
 */
export async function place(pool: JournalPool, placed: readonly Placed[]): Promise<void> {
  await pool.run(PLACE, [
    placed.map(({ delivery }) => delivery.id),
    placed.map(({ delivery }) => delivery.owner),
    placed.map(({ orderKey }) => orderKey),
  ]);
}
