import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from './knex.js';
import { judgePgError } from './pg-error.js';

const MOST_ATTEMPTS = 5;
const FIRST_WAIT_MS = 10;

/** Runs the work in one transaction, again from the start when PostgreSQL chose it as the victim of a deadlock or conflict. */
export async function inTransaction<T>(db: Db, work: (trx: Db) => Promise<T>, random = Math.random): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || judgePgError(error) !== 'repeat') throw error;
    }
    await sleep(random() * FIRST_WAIT_MS * 2 ** attempt);
  }
}
