import type { JournalPool, Statement } from '../journal/journal-pool.js';

/**
 * The times at which webhooks or events were created or last changed by a user, in milliseconds since 1970, by id.
 * Deleted ones are absent.
 */
export interface ChangedAt {
  readonly events: ReadonlyMap<number, number>;
  readonly webhooks: ReadonlyMap<number, number>;
}

const changedAt = (table: 'events' | 'webhooks'): Statement => ({
  text: `select id, (extract(epoch from updated_at) * 1000)::float8 as at from ${table}
         where id = any($1::int[]) and deleted_at is null`,
});
const EVENTS = changedAt('events');
const WEBHOOKS = changedAt('webhooks');

export async function loadChangedAt(
  pool: JournalPool,
  ids: { readonly events: readonly number[]; readonly webhooks: readonly number[] },
): Promise<ChangedAt> {
  const load = async (statement: Statement, wanted: readonly number[]) => {
    if (wanted.length === 0) return new Map<number, number>();
    const rows = await pool.run<{ id: number; at: number }>(statement, [wanted]);
    return new Map(rows.map(({ id, at }) => [id, at]));
  };
  return { events: await load(EVENTS, ids.events), webhooks: await load(WEBHOOKS, ids.webhooks) };
}
