import type { JournalPool, Statement } from './journal-pool.js';

const LOCK: Statement = { text: `select pg_advisory_xact_lock(hashtext('hukz'), hashtext($1))` };

/**
 * Runs the work alone among all instances on this database, per topic. The lock ends with its connection, so a crash
 * cannot leave it behind.
 */
export function exclusively<T>(
  pool: JournalPool,
  topic: string,
  work: (run: JournalPool['run']) => Promise<T>,
): Promise<T> {
  return pool.transaction(async (run) => {
    await run(LOCK, [topic]);
    return work(run);
  });
}
