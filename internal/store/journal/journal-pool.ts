import { type ClientBase, Pool, type PoolClient, type QueryResultRow } from 'pg';
import type { Logger } from '../../logger.js';
import type { Connection } from '../postgres/connection.js';
import { makeMoves } from '../postgres/moves.js';
import { NO_ANSWER } from '../postgres/no-answer.js';
import { spoilsSession } from '../postgres/pg-error.js';
import { makeSessions } from '../postgres/session.js';

export interface Statement {
  /**
   * Under this name, a connection prepares the statement once and keeps its plan, which is made from the tables'
   * contents at that time. It is for statements that run often and look up rows by keys, however large the tables
   * become (`kept-plans.test.ts`). Without a name, the statement is planned for each execution, for any values.
   */
  readonly name?: string;
  readonly text: string;
}

export interface JournalPool {
  /** Runs one statement: one round trip, one commit. */
  run<R extends QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<readonly R[]>;
  /** Runs several statements in one transaction, each with a snapshot of its own (read committed). */
  transaction<T>(work: (run: JournalPool['run']) => Promise<T>, begin?: string): Promise<T>;
  /** Number of statements sent since the start. */
  statements(): number;
  stop(): Promise<void>;
}

const RENEW_AT_MOST_EVERY_MS = 2000;
/** While no server accepts writes, connections are renewed at each heartbeat. The log line appears only this often. */
const SAY_AT_MOST_EVERY_MS = 60_000;

/** The journal's connections are separate from the API's, so a slow list query never delays a commit. */
export function makeJournalPool(base: Connection, max: number, logger: Logger): JournalPool {
  const moves = base.moves ?? makeMoves();
  const connection = { ...base, moves };
  let pool = open(connection, max, logger);
  let sent = 0;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let saidAt = Number.NEGATIVE_INFINITY;
  let isStopped = false;

  /**
   * Statements that wait for a connection. A pool that is ending serves none of them, so they are passed to the next
   * pool.
   */
  const waiting = new Set<() => void>();

  const connect = (): Promise<PoolClient> =>
    new Promise((resolve, reject) => {
      const askAgain = () => connect().then(resolve, reject);
      waiting.add(askAgain);
      pool.connect().then(
        (client) => (waiting.delete(askAgain) ? resolve(client) : client.release(true)),
        (error: unknown) => waiting.delete(askAgain) && reject(error),
      );
    });

  /** Abandons all connections. Statements that run on them end in any way. */
  const renew = (because: string) => {
    if (isStopped) return;
    if (performance.now() - saidAt > SAY_AT_MOST_EVERY_MS) {
      saidAt = performance.now();
      logger.warn('database.connections_renewed', { because });
    }
    for (let n = pool.totalCount; n > 0; n--) connection.onSessionLeft?.();
    void pool.end().catch(() => undefined);
    pool = open(connection, max, logger);
    const handedOn = [...waiting];
    waiting.clear();
    for (const askAgain of handedOn) askAgain();
  };
  const unfollow = moves.follow(renew);

  /**
   * When one connection gets no answer, all are renewed: detecting the same on each of the others would take as long.
   */
  const suspect = (error: unknown): boolean => {
    if (!(error instanceof Error && NO_ANSWER.test(error.message))) return false;
    if (performance.now() - renewedAt > RENEW_AT_MOST_EVERY_MS) {
      renewedAt = performance.now();
      renew(error.message);
    }
    return true;
  };

  const execute = async <R extends QueryResultRow>(
    on: PoolClient,
    { name, text }: Statement,
    values: readonly unknown[],
  ) => {
    sent++;
    const { rows } = await on.query<R>({ ...(name && { name }), text, values: [...values] });
    return rows;
  };

  return {
    async run<R extends QueryResultRow>(statement: Statement, values: readonly unknown[]) {
      let failure: Error | undefined;
      let client: PoolClient | undefined;
      try {
        client = await connect();
        return await execute<R>(client, statement, values);
      } catch (error) {
        failure = error as Error;
        suspect(error);
        throw error;
      } finally {
        client?.release(failure);
      }
    },
    async transaction(work, begin = 'begin') {
      const client = await connect();
      let broken: Error | undefined;
      try {
        await client.query(begin);
        const result = await work(<R extends QueryResultRow>(statement: Statement, values: readonly unknown[]) =>
          execute<R>(client, statement, values),
        );
        await client.query('commit');
        return result;
      } catch (error) {
        if (suspect(error) || spoilsSession(error)) broken = error as Error;
        else
          await client.query('rollback').catch((cause: unknown) => {
            broken = cause instanceof Error ? cause : new Error(String(cause));
          });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    statements: () => sent,
    async stop() {
      isStopped = true;
      unfollow();
      await pool.end();
    },
  };
}

function open(connection: Connection, max: number, logger: Logger): Pool {
  const { Client } = makeSessions(connection, () => connection.onSessionLeft?.());
  const pool = new Pool({ ...connection, Client, max, idleTimeoutMillis: 60_000, onConnect: prepareConnection });
  // Without a listener, the process would end when the backend of an idle connection dies.
  pool.on('error', (error) => logger.warn('database.connection_lost', { error: error.message }));
  pool.on('connect', (client) => {
    client.on('error', (error) => logger.debug('database.client_error', { error: error.message }));
  });
  return pool;
}

/**
 * A kept plan is made while tables may be empty, and a minute later they may have a million rows. So every row is found
 * by an index, and waiting rows are taken from the front of an index, not from a bitmap of the whole index. Planning
 * for the actual values is no alternative: for batches of hundreds it takes ten times as long as the execution
 * (measured: 3,000 deliveries per second instead of 20,000), and PostgreSQL prefers it when the first batches were
 * small. A table without a usable index (`catalog_version`) is still read whole; servers before 18 assign that a cost
 * that would start their JIT compiler. `sql-notes.md` names the tricks that keep statements within these limits, and
 * the purpose of each.
 */
const PLANNING = `
  set plan_cache_mode = force_generic_plan;
  set enable_seqscan = off;
  set enable_bitmapscan = off;
  set jit = off`;

/** Applies the settings of a connection, once. */
export async function prepareConnection(client: ClientBase): Promise<void> {
  await client.query(PLANNING);
  await preferLz4(client);
}

const UNKNOWN_TO_THE_SERVER = ['22023', '42704'];

/**
 * Compressing a payload of 64 KiB takes 0.1 ms with lz4 and 0.5 ms with the default. Servers before 14, or built
 * without lz4, refuse the setting.
 */
async function preferLz4(client: ClientBase): Promise<void> {
  await client.query('set default_toast_compression = lz4').catch((error: { readonly code?: string }) => {
    if (!UNKNOWN_TO_THE_SERVER.includes(error.code ?? '')) throw error;
  });
}
