import type { JournalPool } from '../store/journal/journal-pool.js';

/**
 * The number of page accesses, in all tables with their indexes and in single tables, and the number of statements
 * sent.
 */
export interface Touched {
  readonly all: number;
  readonly instances: number;
  readonly deliveries: number;
  readonly statements: number;
}

const FLUSH = { text: 'select pg_stat_force_next_flush()' };
const PAGES = {
  text: `
    select sum(n)::int as "all", coalesce(sum(n) filter (where relname = 'instances'), 0)::int as instances,
      coalesce(sum(n) filter (where relname = 'deliveries'), 0)::int as deliveries
    from pg_statio_user_tables cross join lateral (select
      coalesce(heap_blks_hit, 0) + coalesce(heap_blks_read, 0) + coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0) as n
    ) as pages`,
};

/**
 * Measures the page accesses of the work, which must use a pool of one connection: other sessions report theirs later.
 */
export async function touchedBy(pool: JournalPool, work: () => Promise<unknown>): Promise<Touched> {
  const pages = async () => {
    await pool.run(FLUSH, []);
    const [row] = await pool.run<Omit<Touched, 'statements'>>(PAGES, []);
    if (!row) throw new Error('PostgreSQL counts nothing');
    return row;
  };
  const before = await pages();
  const sent = pool.statements();
  await work();
  const statements = pool.statements() - sent;
  const after = await pages();
  return {
    all: after.all - before.all,
    instances: after.instances - before.instances,
    deliveries: after.deliveries - before.deliveries,
    statements,
  };
}
