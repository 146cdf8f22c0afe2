import { type ClientConfig, Pool, type QueryResultRow } from 'pg';
import type { Logger } from '../../logger.js';

/** A statement with a name is prepared once a connection; its text must never change under that name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface JournalPool {
  /** One statement, one round trip, one commit. */
  run<R extends QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<readonly R[]>;
  /** Several statements in one transaction, each with a snapshot of its own (read committed). */
  transaction<T>(work: (run: JournalPool['run']) => Promise<T>, begin?: string): Promise<T>;
  /** Statements sent since the start. */
  statements(): number;
  stop(): Promise<void>;
}

/** The journal's connections, apart from the API's: a slow list query never delays a commit. */
export function makeJournalPool(connection: ClientConfig, max: number, logger: Logger): JournalPool {
  const pool = new Pool({ ...connection, max, idleTimeoutMillis: 60_000 });
  let sent = 0;
  // Without a listener the process would end when the backend of an idle connection dies.
  pool.on('error', (error) => logger.warn('database.connection_lost', { error: error.message }));
  pool.on('connect', (client) => {
    client.on('error', (error) => logger.debug('database.client_error', { error: error.message }));
  });
  return {
    async run<R extends QueryResultRow>(statement: Statement, values: readonly unknown[]) {
      sent++;
      const result = await pool.query<R>({ ...statement, values: [...values] });
      return result.rows;
    },
    async transaction(work, begin = 'begin') {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query(begin);
        const result = await work(
          async <R extends QueryResultRow>(statement: Statement, values: readonly unknown[]) => {
            sent++;
            return (await client.query<R>({ ...statement, values: [...values] })).rows;
          },
        );
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((cause: unknown) => {
          broken = cause instanceof Error ? cause : new Error(String(cause));
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    statements: () => sent,
    stop: () => pool.end(),
  };
}
