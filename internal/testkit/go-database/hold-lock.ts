import pg from 'pg';
import { eventually } from '../eventually.js';

export interface HeldLock {
  /** Resolves when another session waits for the lock. */
  waited(): Promise<void>;
  /** Does something in the transaction with the lock once another session waits for it, and commits. */
  afterWaiter(work: (query: (text: string) => Promise<unknown>) => Promise<void>): Promise<void>;
  release(): Promise<void>;
}

/** Locks a table against every other session, in a transaction of its own. */
export async function holdLock(connection: pg.ClientConfig, table: string): Promise<HeldLock> {
  const client = new pg.Client(connection);
  // A test may drop the database while the lock is held.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin; set local search_path = public');
  await client.query(`lock table ${table} in access exclusive mode`);
  const isWaited = async () => {
    const { rows } = await client.query(
      'select from pg_locks where not granted and relation = $1::regclass and database = (select oid from pg_database where datname = current_database())',
      [table],
    );
    return rows.length > 0;
  };
  const waited = () => eventually(isWaited, { what: `a session waits for ${table}`, timeoutMs: 90_000 });
  const release = async () => {
    await client.query('commit');
    await client.end();
  };
  return {
    waited,
    release,
    async afterWaiter(work) {
      await waited();
      await work((text) => client.query(text));
      await release();
    },
  };
}
