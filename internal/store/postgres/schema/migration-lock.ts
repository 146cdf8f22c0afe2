import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Connection } from '../connection.js';
import { makeKnex } from '../knex.js';

/** An arbitrary number that every program which migrates this database shares. It is the key of a session lock. */
const LOCK = 7_202_611;
const ASK_AGAIN_MS = 200;

/**
 * Lets one migrator run at a time. The second connection of a pool of two holds the lock until the work ends. The
 * other one is opened after the lock is held, so it sees the schema that an earlier migrator made or moved.
 */
export async function withMigrationLock<T>(connection: Connection, work: (knex: Knex) => Promise<T>): Promise<T> {
  const patient = { ...connection, statement_timeout: 0, lock_timeout: 0, query_timeout: 0 };
  const knex = makeKnex(patient, { max: 2 });
  try {
    const holder = await knex.client.acquireConnection();
    try {
      await acquireLock(knex, holder);
      return await work(knex);
    } finally {
      // A session that has died has no lock any more. The connection must be released all the same, or the pool never
      // ends.
      const unlock = knex.raw('select pg_advisory_unlock(?)', [LOCK]).connection(holder);
      await unlock.catch(() => undefined).finally(() => knex.client.releaseConnection(holder));
    }
  } finally {
    await knex.destroy();
  }
}

/**
 * Asks for the lock repeatedly instead of waiting inside a statement, because an index that is built concurrently waits
 * for running statements.
 */
async function acquireLock(knex: Knex, holder: unknown): Promise<void> {
  for (;;) {
    const { rows } = await knex.raw('select pg_try_advisory_lock(?) as mine', [LOCK]).connection(holder);
    if (rows[0]?.mine) return;
    await sleep(ASK_AGAIN_MS);
  }
}
