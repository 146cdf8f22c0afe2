import knex, { type Knex } from 'knex';
import type { ClientConfig } from 'pg';

/** A pool, or a transaction of it: what every query of the API takes. */
export type Db = Knex;

export function makeKnex(connection: ClientConfig, pool: { readonly max: number }): Knex {
  return knex({
    client: 'pg',
    connection: { ...connection } as Knex.PgConnectionConfig,
    pool: { min: 0, max: pool.max },
    acquireConnectionTimeout: 5000,
    // An error says the statement with $1, $2: values may be secrets, and its words go into the log.
    compileSqlOnError: false,
    // Warnings of the library are facts for us to find in errors, not lines on stderr.
    log: { warn() {}, error() {}, deprecate() {}, debug() {} },
  });
}
