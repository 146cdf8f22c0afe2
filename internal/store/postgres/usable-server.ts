import type { Client } from 'pg';
import type { Connection } from './connection.js';
import { makeSessions } from './session.js';

/**
 * Migration 0002 sets autovacuum by inserts, which PostgreSQL has from version 13 on. Version 12 was tried and refuses
 * it.
 */
const OLDEST = 13;
const ANSWER_MS = 10_000;
const ROUNDS = 8;

/**
 * Thrown when this PostgreSQL server, or the connection to it, cannot serve hukz until an operator changes something.
 */
export class UnusableServer extends Error {
  override readonly name = 'UnusableServer';
}

export interface ServerFacts {
  /** The version as in `server_version_num`: 130023 is 13.23. */
  readonly version: number;
  readonly encoding: string;
}

/** Returns the reason why a server cannot be used, as a sentence; undefined when it can. */
export function whyUnusable({ version, encoding }: ServerFacts): string | undefined {
  const major = Math.floor(version / 10_000);
  if (major < OLDEST) return `PostgreSQL ${major} is too old: hukz needs PostgreSQL ${OLDEST} or newer`;
  if (encoding !== 'UTF8') {
    return (
      `the encoding of the database is ${encoding}: hukz needs UTF8, because names and messages may have any character; ` +
      "create one with: create database … encoding 'UTF8' template template0 (check DATABASE_NAME)"
    );
  }
  return undefined;
}

/**
 * @throws {UnusableServer} when the server is too old, has another encoding, or is reached without a session of our own
 */
export async function requireUsableServer(connection: Connection): Promise<void> {
  const { Client: Session } = makeSessions({ ...connection, query_timeout: ANSWER_MS }, () => undefined);
  const first = new Session();
  try {
    await first.connect();
    const { rows } = await first.query<ServerFacts & { pid: number }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
         pg_backend_pid() as pid`,
    );
    const [facts] = rows;
    const problem = facts && whyUnusable(facts);
    if (problem) throw new UnusableServer(problem);
    // PostgreSQL tells a client the number of its process. A pooler in between gives another number.
    if (facts?.pid !== (first as unknown as { readonly processID: number }).processID)
      await requireSessions(first, new Session());
  } finally {
    await first.end().catch(() => undefined);
  }
}

/**
 * Two sessions at the same time are two processes and stay the same ones, unless a pooler shares them among its
 * clients.
 */
async function requireSessions(first: Client, second: Client): Promise<void> {
  try {
    await second.connect();
    const [known, other] = [await processOf(first), await processOf(second)];
    let areShared = known === other;
    // The rhythm is uneven, because a pooler that assigns its sessions in turn could otherwise assign each of ours the
    // same one.
    for (let round = 0; round < ROUNDS && !areShared; round++) {
      if (round % 3 === 0) areShared = other !== (await processOf(second));
      areShared ||= known !== (await processOf(first));
    }
    if (!areShared) return;
  } finally {
    await second.end().catch(() => undefined);
  }
  throw new UnusableServer(
    'PostgreSQL is behind a pooler that shares its sessions among clients (transaction or statement pooling); hukz needs ' +
      'sessions of its own: set pool_mode = session for it, or connect to PostgreSQL directly (check DATABASE_HOST, DATABASE_PORT)',
  );
}

async function processOf(client: Client): Promise<number | undefined> {
  return (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
}
