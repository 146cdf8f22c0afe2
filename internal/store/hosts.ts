import { Client } from 'pg';
import { messageOf } from '../errors.js';
import type { Connection, DatabaseHost } from './connection.js';
import { isSqlState, READ_ONLY } from './pg-error.js';

const ASK_MS = 3000;
const NO_ANSWER_CODE = 'ETIMEDOUT';
const CAN_ONLY_READ = `select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "canOnlyRead"`;

/** Thrown when none of several hosts takes writes. Its code is what one of the hosts answered. */
class NoHostTakesWrites extends Error {
  constructor(
    problems: readonly string[],
    readonly code: string,
  ) {
    super(`no host of DATABASE_HOST takes writes: ${problems.join('; ')}`);
    this.name = 'NoHostTakesWrites';
  }
}

/**
 * Finds the host to connect to: of several the one that takes writes, as libpq does with `target_session_attrs=read-write`.
 * They are asked in turn, first the one that was right the last time. A single host is not asked.
 */
export function makeHostChoice(connection: Connection): () => Promise<DatabaseHost | undefined> {
  const hosts = connection.hosts ?? [];
  let last = 0;
  let asking: Promise<DatabaseHost> | undefined;

  const find = async (): Promise<DatabaseHost> => {
    const problems: string[] = [];
    const codes: string[] = [];
    for (let turn = 0; turn < hosts.length; turn++) {
      const index = (last + turn) % hosts.length;
      const at = hosts[index] as DatabaseHost;
      try {
        if (!(await canOnlyRead(connection, at))) {
          last = index;
          return at;
        }
        problems.push(`${at.host}:${at.port} can only read`);
        codes.push(READ_ONLY);
      } catch (error) {
        problems.push(`${at.host}:${at.port}: ${messageOf(error)}`);
        codes.push((error as { readonly code?: string }).code ?? NO_ANSWER_CODE);
      }
    }
    // A server that can only read may be promoted soon; what another server answered says more than a silent one.
    const code = codes.find((one) => one === READ_ONLY) ?? codes.find(isSqlState) ?? codes[0] ?? NO_ANSWER_CODE;
    throw new NoHostTakesWrites(problems, code);
  };

  return async () => {
    if (hosts.length <= 1) return hosts[0];
    // Many connections are opened in the same moment: one answer serves them all.
    asking ??= find().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

async function canOnlyRead(connection: Connection, { host, port }: DatabaseHost): Promise<boolean> {
  const client = new Client({
    ...connection,
    host,
    port,
    statement_timeout: undefined,
    lock_timeout: undefined,
    connectionTimeoutMillis: ASK_MS,
    query_timeout: ASK_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ canOnlyRead: boolean }>(CAN_ONLY_READ);
    return rows[0]?.canOnlyRead ?? true;
  } finally {
    // The end of a connection to a host that is gone is not waited for.
    void client.end().catch(() => undefined);
  }
}
