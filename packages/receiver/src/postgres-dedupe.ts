import type { Claim, Dedupe } from './dedupe.js';

/** `pool.query` of `pg`, or a function of the same form. */
export type Query = (text: string, values: unknown[]) => Promise<{ readonly rows: readonly unknown[] }>;

export interface PostgresDedupeOptions {
  readonly query: Query;
  /** The name of the table, with a schema if needed. The default is `hukz_receipts`. */
  readonly table?: string | undefined;
  /**
   * The time after which another process may handle an id whose handler has not ended, because the process is gone.
   * It must be longer than any handler runs. The default is 5 minutes.
   */
  readonly leaseMs?: number | undefined;
}

export interface PostgresDedupe extends Dedupe {
  /** Creates the table unless it exists. */
  createTable(): Promise<void>;
  /** Removes ids that were handled longer ago than this. A request with such an id would be handled again. */
  removeOlderThan(ms: number): Promise<void>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}(?:\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/;

/** Keeps ids in a table of PostgreSQL, which all processes share. */
export function postgresDedupe(options: PostgresDedupeOptions): PostgresDedupe {
  const { query, table = 'hukz_receipts', leaseMs = 300_000 } = options;
  if (!NAME.test(table)) throw new TypeError('table must be a name of letters, digits and _, perhaps after a schema');
  if (!(leaseMs > 0)) throw new TypeError('leaseMs must be above 0');
  const sql = statements(table);
  return {
    async claim(id) {
      const owner = crypto.randomUUID();
      const { rows } = await query(sql.claim, [id, owner, leaseMs]);
      const { is_claimed, is_handled } = rows[0] as { is_claimed: boolean; is_handled: boolean | null };
      if (!is_claimed) return is_handled ? 'handled' : 'running';
      return {
        finish: async () => void (await query(sql.finish, [id, owner])),
        abandon: async () => void (await query(sql.abandon, [id, owner])),
      } satisfies Claim;
    },
    createTable: async () => void (await query(sql.create, [])),
    removeOlderThan: async (ms) => void (await query(sql.remove, [ms])),
  };
}

/** An id is claimed while `handled_at` is null and `leased_until` lies in the future. */
const statements = (table: string) => ({
  create: `create table if not exists ${table} (
  id text primary key,
  owner uuid not null,
  leased_until timestamptz not null,
  handled_at timestamptz
)`,
  // The second part sees the table as it was before the statement. A row that another process inserts at the same time
  // is therefore invisible, and its id counts as running.
  claim: `with claimed as (
  insert into ${table} as receipt (id, owner, leased_until)
  values ($1, $2, now() + $3 * interval '1 ms')
  on conflict (id) do update set owner = excluded.owner, leased_until = excluded.leased_until
    where receipt.handled_at is null and receipt.leased_until <= now()
  returning 1
)
select exists (select from claimed) as is_claimed,
  (select handled_at is not null from ${table} where id = $1) as is_handled`,
  finish: `update ${table} set handled_at = now() where id = $1 and owner = $2`,
  abandon: `delete from ${table} where id = $1 and owner = $2 and handled_at is null`,
  remove: `delete from ${table} where handled_at < now() - $1 * interval '1 ms'`,
});
