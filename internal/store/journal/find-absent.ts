import type { JournalPool, Statement } from './journal-pool.js';

/** By keys only: see `find-lost.ts`. */
const FIND_ABSENT: Statement = {
  text: `
    select wanted.id from unnest($1::uuid[], $2::float8[]) as wanted(id, at)
    where (
      select m.id from messages m where m.received_at = to_timestamp(wanted.at / 1000) and m.id = wanted.id
    ) is null and (select q.id from quarantine q where q.id = wanted.id) is null`,
};

/** Ids of those messages that the journal does not have. */
export async function findAbsent(
  pool: JournalPool,
  messages: readonly { readonly id: string; readonly receivedAt: number }[],
): Promise<ReadonlySet<string>> {
  const ids = messages.map(({ id }) => id);
  const times = messages.map(({ receivedAt }) => receivedAt);
  const rows = await pool.run<{ id: string }>(FIND_ABSENT, [ids, times]);
  return new Set(rows.map(({ id }) => id));
}
