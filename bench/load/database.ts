import pg from 'pg';
import { MARK_IN_SQL, runDigits } from '../mark.js';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Logged {
  /** The number of messages of the run that have a log row with the outcome delivered. */
  readonly messages: number;
  readonly deliveries: number;
}

/** The queries of the benchmark itself. Its own transactions are counted so that they can be subtracted. */
export interface Database {
  /**
   * Transactions of the service and of autovacuum. Backends report about every second, so use this for spans of many
   * seconds.
   */
  commits(): Promise<number>;
  /** Transactions that wrote: each is a flush of the write-ahead log. The number is exact at any time. */
  writes(): Promise<number>;
  /**
   * Deliveries that were inserted without an owner, or given back, and claimed later. As with `commits`, use this for
   * long spans.
   */
  claimed(): Promise<number>;
  owed(): Promise<number>;
  logged(run: number, since: Date): Promise<Logged>;
  /**
   * Rows that the journal inserted, updated and deleted, without those of `claimed`. A backend reports its own after at
   * most ten idle seconds.
   */
  rowsWritten(): Promise<number>;
  /** Runs statements that only the benchmark needs, to prepare data that would otherwise take hours. */
  run<R extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<readonly R[]>;
  stop(): Promise<void>;
}

const { from, length, runLength } = MARK_IN_SQL;

const LOGGED = `
  select count(distinct substring(m.payload from ${from} for ${length}))::int as messages,
    count(distinct l.delivery_id)::int as deliveries
  from webhook_logs l join messages m on m.id = l.message_id and m.received_at = l.received_at
  where l.created_at >= $1 and m.received_at >= $1 and l.outcome = 'delivered'
    and substring(m.payload from ${from} for ${runLength}) = convert_to($2, 'UTF8')`;

const ROWS_WRITTEN = `
  select sum(n_tup_ins + n_tup_del + case when relname = 'deliveries' then 0 else n_tup_upd end) as n from pg_stat_user_tables
  where relname ~ '^(messages|webhook_logs)(_[0-9]+)?$' or relname in ('deliveries', 'message_ids', 'dead_letters')`;

export async function createDatabase(address: DatabaseAddress): Promise<void> {
  const client = new pg.Client({ ...address, database: 'postgres' });
  await client.connect();
  await client.query(`create database ${address.database}`);
  await client.end();
}

export async function openDatabase(address: DatabaseAddress): Promise<Database> {
  const client = new pg.Client(address);
  // If the benchmark is interrupted, the server may end before this process.
  client.on('error', () => undefined);
  await client.connect();
  // The tables have no statistics yet: with nested loops, the check of a run took minutes.
  await client.query("set enable_nestloop = off; set work_mem = '256MB'");
  let asked = 0;
  const one = async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<R> => {
    asked++;
    const [row] = (await client.query<R>(text, values)).rows;
    if (!row) throw new Error('the database answered with no row');
    return row;
  };
  const number = async (text: string) => Number((await one<{ n: string }>(text)).n);
  return {
    async commits() {
      await one('select pg_stat_force_next_flush() as n');
      const own = asked;
      return (await number('select xact_commit as n from pg_stat_database where datname = current_database()')) - own;
    },
    writes: () => number('select pg_snapshot_xmax(pg_current_snapshot())::text as n'),
    claimed: () => number("select n_tup_upd as n from pg_stat_user_tables where relname = 'deliveries'"),
    rowsWritten: () => number(ROWS_WRITTEN),
    async run<R extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) {
      asked++;
      return (await client.query<R>(text, [...values])).rows;
    },
    owed: () => number('select count(*) as n from deliveries'),
    logged: (run, since) => one<{ messages: number; deliveries: number }>(LOGGED, [since, runDigits(run)]),
    stop: () => client.end().catch(() => undefined),
  };
}
