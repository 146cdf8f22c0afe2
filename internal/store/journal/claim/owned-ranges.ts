import type { JournalPool, Statement } from '../journal-pool.js';

const BLOCKS: Statement = {
  text: `select (pg_relation_size('deliveries') / current_setting('block_size')::int)::int as blocks`,
};
/** 64 MB: some half a million deliveries, looked through in tens of milliseconds. */
const BLOCKS_AT_ONCE = 8192;

/** In the `where` of a statement whose first two parameters are a range of `eachRange`. */
export const IN_RANGE = 'ctid >= $1::text::tid and ctid < $2::text::tid';

/**
 * For what is asked of owned deliveries once in a blue moon: an index on `owner` would cost each delivery of each day. The
 * table is gone through in parts, so that no statement takes long, however many wait. Rows that somebody else may change
 * meanwhile are not found for certain ("block ranges" in `../sql-notes.md`); what an instance that does nothing owns stays where it is.
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
