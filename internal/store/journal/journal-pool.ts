import { type ClientBase, Pool, type PoolClient, type QueryResultRow } from 'pg';
import type { Logger } from '../../logger.js';
import type { Connection } from '../postgres/connection.js';
import { makeMoves } from '../postgres/moves.js';
import { NO_ANSWER } from '../postgres/no-answer.js';
import { spoilsSession } from '../postgres/pg-error.js';
import { makeSessions } from '../postgres/session.js';

export interface Statement {
  /**
   * By which a connection prepares it once and keeps its plan, made by what the tables held then: for what runs often and goes
   * by keys, however large they become (`kept-plans.test.ts`). Absent: it is planned anew each time, for any values.
   */
  readonly name?: string;
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

const RENEW_AT_MOST_EVERY_MS = 2000;
/** While no server takes writes, connections are renewed at each heartbeat, and say so now and then. */
const SAY_AT_MOST_EVERY_MS = 60_000;

/** The journal's connections, apart from the API's: a slow list query never delays a commit. */
export function makeJournalPool(given: Connection, max: number, logger: Logger): JournalPool {
  const moves = given.moves ?? makeMoves();
  const connection = { ...given, moves };
  let pool = open(connection, max, logger);
  let sent = 0;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let saidAt = Number.NEGATIVE_INFINITY;
  let isStopped = false;

  /** Statements that wait for a connection: a pool that ends serves none of them. */
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

  /** All connections are left behind, what runs on them ends as it may. */
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

  /** Each of the others would take as long to be found dead. */
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
  // Without a listener the process would end when the backend of an idle connection dies.
  pool.on('error', (error) => logger.warn('database.connection_lost', { error: error.message }));
  pool.on('connect', (client) => {
    client.on('error', (error) => logger.debug('database.client_error', { error: error.message }));
  });
  return pool;
}

/**
 * A plan that is kept is made by tables that may be empty then, and hold a million rows a minute later. So nothing is read that
 * no index leads to, and what waits is taken from the front of an index, not out of a bitmap of all of it. Nothing is planned
 * for the very values either: for batches of hundreds that costs ten times what it takes to run them (measured: 3,000 deliveries
 * a second in place of 20,000), and PostgreSQL falls for it when the first batches were small. A table without a usable index
 * (`catalog_version`) is still read whole; servers before 18 give that a cost that would start their compiler.
 * `../sql-notes.md` names the tricks that keep statements within this, and says what each is for.
 */
const PLANNING = `
  set plan_cache_mode = force_generic_plan;
  set enable_seqscan = off;
  set enable_bitmapscan = off;
  set jit = off`;

/** What is set once a connection. */
export async function prepareConnection(client: ClientBase): Promise<void> {
  await client.query(PLANNING);
  await preferLz4(client);
}

const UNKNOWN_TO_THE_SERVER = ['22023', '42704'];

/** A payload of 64 KiB costs 0.1 ms to compress, where the default takes 0.5. Servers before 14, or built without it, say no. */
async function preferLz4(client: ClientBase): Promise<void> {
  await client.query('set default_toast_compression = lz4').catch((error: { readonly code?: string }) => {
    if (!UNKNOWN_TO_THE_SERVER.includes(error.code ?? '')) throw error;
  });
}
