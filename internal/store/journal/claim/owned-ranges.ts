import type { JournalPool, Statement } from '../journal-pool.js';

const BLOCKS: Statement = {
  text: `select (pg_relation_size('deliveries') / current_setting('block_size')::int)::int as blocks`,
};
/** 64 MB contain about half a million deliveries, and are searched in tens of milliseconds. */
const BLOCKS_AT_ONCE = 8192;

/** For the `where` of a statement whose first two parameters are a range of `eachRange`. */
export const IN_RANGE = 'ctid >= $1::text::tid and ctid < $2::text::tid';

/**
 * Walks through the table for rare questions about owned deliveries: an index on `owner` would cost something for each
 * delivery. The table is read in parts, so that no statement takes long, however many deliveries wait. A row that
 * another session changes meanwhile may be missed ("block ranges" in `sql-notes.md`), but the deliveries of an
 * inactive instance stay where they are.
 */
export async function eachRange(
  run: JournalPool['run'],
  work: (range: readonly [from: string, to: string]) => Promise<void>,
  blocksAtOnce = BLOCKS_AT_ONCE,
): Promise<void> {
  const [size] = await run<{ blocks: number }>(BLOCKS, []);
  for (let from = 0; from < (size?.blocks ?? 0); from += blocksAtOnce) {
    await work([`(${from},0)`, `(${from + blocksAtOnce},0)`]);
  }
}
