import type { Db } from '../postgres/knex.js';

/**
 * Lets one declaration after the other be applied: those with events, and those of one space. The second one then sees
 * what the first one has stored. The lock ends with the transaction.
 */
export async function lockAppliers(
  trx: Db,
  { spaceId, hasEvents }: { readonly spaceId: number; readonly hasEvents: boolean },
): Promise<void> {
  // The order is the same for all of them, so that they cannot wait for each other.
  if (hasEvents) await trx.raw(`select pg_advisory_xact_lock(hashtextextended('hukz_apply_events', 0))`);
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended('hukz_apply_space', ?::bigint))`, [spaceId]);
}
