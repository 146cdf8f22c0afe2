import { Client } from 'pg';
import { messageOf } from '../../errors.js';
import { pause } from '../../pause.js';
import type { Connection, DatabaseHost } from './connection.js';
import { isSqlState, READ_ONLY } from './pg-error.js';

const ASK_MS = 3000;
const HEAD_START_MS = 1000;
const NO_ANSWER_CODE = 'ETIMEDOUT';
const CAN_ONLY_READ = `select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "canOnlyRead"`;

/** Thrown when none of several hosts accepts writes. Its code is the one that a host answered with. */
class NoWritableHost extends Error {
  constructor(
    problems: readonly string[],
    readonly code: string,
  ) {
    super(`no host of DATABASE_HOST accepts writes: ${problems.join('; ')}`);
    this.name = 'NoWritableHost';
  }
}

/**
 * Finds the host to connect to: of several hosts the one that accepts writes, as libpq does with
 * `target_session_attrs=read-write`. The host that was right the last time has a second to answer. Then all other hosts
 * are asked at once, because each silent host takes 3 s, and a pool waits 5 s for a connection. A single host is not
 * asked.
 */
export function makeHostChoice(connection: Connection): () => Promise<DatabaseHost | undefined> {
  const hosts = connection.hosts ?? [];
  let last: DatabaseHost | undefined;
  let asking: Promise<DatabaseHost> | undefined;

  const find = async (): Promise<DatabaseHost> => {
    const asked = new Map<DatabaseHost, Promise<DatabaseHost>>();
    const ask = (at: DatabaseHost) => {
      const answer = askForWrites(connection, at);
      asked.set(at, answer);
      return answer.catch(() => undefined);
    };
    if (last && (await within(HEAD_START_MS, ask(last)))) return last;
    for (const at of hosts) if (!asked.has(at)) void ask(at);
    const answers = hosts.map((at) => asked.get(at));
    try {
      last = (await Promise.any(answers)) ?? hosts[0];
    } catch (error) {
      throw noneOf(hosts, (error as AggregateError).errors);
    }
    return last as DatabaseHost;
  };

  return async () => {
    if (hosts.length <= 1) return hosts[0];
    // Many connections may be opened at the same moment. One answer serves all of them.
    asking ??= find().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

/** The order of `errors` is that of the hosts. */
function noneOf(hosts: readonly DatabaseHost[], errors: readonly unknown[]): NoWritableHost {
  const problems = hosts.map(({ host, port }, index) => `${host}:${port}: ${messageOf(errors[index])}`);
  const codes = errors.map((error) => (error as { readonly code?: string }).code ?? NO_ANSWER_CODE);
  // A read-only server may be promoted soon. A server's answer says more than a silent host.
  const code = codes.find((one) => one === READ_ONLY) ?? codes.find(isSqlState) ?? codes[0] ?? NO_ANSWER_CODE;
  return new NoWritableHost(problems, code);
}

/** Returns undefined when the answer takes longer. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
  const answered = new AbortController();
  try {
    return await Promise.race([answer, pause(ms, answered.signal).then(() => undefined)]);
  } finally {
    answered.abort();
  }
}

/** Rejects when the host does not answer or is read-only. */
async function askForWrites(connection: Connection, at: DatabaseHost): Promise<DatabaseHost> {
  const client = new Client({
    ...connection,
    ...(connection.freshSsl && { ssl: await connection.freshSsl(at) }),
    ...at,
    statement_timeout: undefined,
    lock_timeout: undefined,
    connectionTimeoutMillis: ASK_MS,
    query_timeout: ASK_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ canOnlyRead: boolean }>(CAN_ONLY_READ);
    if (rows[0]?.canOnlyRead === false) return at;
    throw Object.assign(new Error('the server can only read'), { code: READ_ONLY });
  } finally {
    // Closing a connection to an unreachable host may take long, so the close is not awaited.
    void client.end().catch(() => undefined);
  }
}
