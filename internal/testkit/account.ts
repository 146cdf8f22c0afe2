import pg from 'pg';
import type { TestDatabase } from './kits/test-database.js';

export interface Account {
  readonly accepted: number;
  readonly delivered: number;
  readonly pending: number;
  readonly held: number;
  readonly dead: number;
  readonly cancelled: number;
}

export interface Ledger {
  /** Counts every delivery by its outcome, once per id. */
  account(): Promise<Account>;
  /** Ids of the deliveries that have a log row with the outcome. */
  logged(outcome: string): Promise<ReadonlySet<string>>;
  query<R extends object>(sql: string, values?: unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

const ACCOUNT = `
  with delivered as (select distinct delivery_id as id from webhook_logs where outcome = 'delivered'),
    cancelled as (select distinct delivery_id as id from webhook_logs where outcome = 'cancelled'),
    everything as (
      select delivery_id as id from webhook_logs union select id from deliveries union select id from dead_letters
    )
  select (select count(*) from everything)::int as accepted,
    (select count(*) from delivered where id not in (select id from deliveries))::int as delivered,
    (select count(*) from deliveries where isfinite(due_at))::int as pending,
    (select count(*) from deliveries where not isfinite(due_at))::int as held,
    (select count(*) from dead_letters where id not in (select id from delivered))::int as dead,
    (select count(*) from cancelled where id not in (select id from delivered))::int as cancelled`;

/** Reads a test's database as an auditor would: by ids, not by the counters of the service. */
export async function openLedger(database: TestDatabase): Promise<Ledger> {
  const client = new pg.Client(database.connection);
  client.on('error', () => undefined);
  await client.connect();
  const query = async <R extends object>(sql: string, values: unknown[] = []) =>
    (await client.query<R>(sql, values)).rows;
  return {
    query,
    async account() {
      const [row] = await query<Account>(ACCOUNT);
      if (!row) throw new Error('no account');
      return row;
    },
    async logged(outcome) {
      const rows = await query<{ id: string }>(
        'select distinct delivery_id as id from webhook_logs where outcome = $1',
        [outcome],
      );
      return new Set(rows.map(({ id }) => id));
    },
    close: () => client.end(),
  };
}
