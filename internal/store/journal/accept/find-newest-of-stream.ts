import type { JournalPool, Statement } from '../journal-pool.js';

/**
 * The number of latest messages, of all streams, that are searched. Ids begin with the time, so the primary key finds
 * these messages, however many there are.
 */
const LATEST = 100_000;

const FIND_NEWEST: Statement = {
  text: `
    select max(hukz_sequence_of(id))::float8 as sequence
    from (select id from messages order by id desc limit ${LATEST}) as latest
    where hukz_stream_of(id) = $1`,
};

/**
 * Returns the highest sequence of a stream among the latest messages of the journal; undefined if none is of this
 * stream.
 */
export async function findNewestOfStream(pool: JournalPool, mark: string): Promise<number | undefined> {
  const [row] = await pool.run<{ sequence: number | null }>(FIND_NEWEST, [mark]);
  return row?.sequence ?? undefined;
}
