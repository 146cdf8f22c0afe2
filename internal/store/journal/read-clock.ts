import type { JournalPool } from './journal-pool.js';

/** The database's clock at this moment, in milliseconds since 1970; `now()` is the beginning of the transaction. */
export const CLOCK = 'extract(epoch from clock_timestamp())::float8 * 1000';

const READ = { text: `select ${CLOCK} as time` };

export async function readClock(pool: JournalPool): Promise<number> {
  const [row] = await pool.run<{ time: number }>(READ, []);
  if (!row) throw new Error('the database did not return its time');
  return row.time;
}
