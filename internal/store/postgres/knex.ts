import knex, { type Knex } from 'knex';
import type { Client } from 'pg';
import type { Connection } from './connection.js';
import { NO_ANSWER } from './no-answer.js';
import { makeSessions } from './session.js';

/** A pool, or a transaction of it. Every query of the API takes one. */
export type Db = Knex;

/**
 * The fields that knex keeps on a connection: the number that it reports, and the reason not to use the connection
 * again.
 */
interface Known {
  readonly __knexUid?: string;
  __knex__disposed?: unknown;
}

export function makeKnex(connection: Connection, pool: { readonly max: number }): Knex {
  const open = new Set<Client & Known>();
  // knex checks this mark before it hands out a connection. Without the mark it keeps a connection after any answer of
  // the server.
  const dispose = (session: Client & Known, because: string) => {
    if (session.__knex__disposed === undefined) connection.onSessionLeft?.();
    session.__knex__disposed = because;
  };
  const { Client: Session } = makeSessions(connection, dispose);
  const db = knex({
    client: 'pg',
    connection: { ...connection } as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max: pool.max,
      afterCreate(session: Client, done: (error: null, session: Client) => void) {
        open.add(session);
        session.once('end', () => open.delete(session));
        done(null, session);
      },
    },
    acquireConnectionTimeout: 5000,
    // An error then contains the statement with $1, $2. Values may be secrets, and the message is logged.
    compileSqlOnError: false,
    // Warnings of the library must not appear on stderr. The same facts are in the errors.
    log: { warn() {}, error() {}, deprecate() {}, debug() {} },
  });
  db.client.driver = { Client: Session };
  const unfollow = connection.moves?.follow((because) => {
    for (const session of open) dispose(session, because);
  });
  db.client.pool.on('poolDestroySuccess', () => unfollow?.());
  // After a statement without an answer, the next one on this connection would wait behind it.
  db.on('query-error', (error: Error, { __knexUid }: Known) => {
    if (!NO_ANSWER.test(error.message)) return;
    for (const session of open) if (session.__knexUid === __knexUid) dispose(session, error.message);
  });
  return db;
}
