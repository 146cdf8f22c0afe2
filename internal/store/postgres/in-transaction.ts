import { setTimeout as sleep } from 'node:timers/promises';
import { transactionOf } from '../audit/companion.js';
import type { Db } from './knex.js';
import { isReadOnly, judgePgError } from './pg-error.js';

const MAX_ATTEMPTS = 5;
const FIRST_WAIT_MS = 10;

/**
 * Runs the work in one transaction. Within a transaction it is a part of that one, which is repeated as a whole.
 * Otherwise the work runs again from the start when PostgreSQL chose the transaction as the victim of a
 * deadlock or conflict, or when its session is read-only: the next session then goes to another host.
 */
export async function inTransaction<T>(db: Db, work: (trx: Db) => Promise<T>, random = Math.random): Promise<T> {
  if (db.isTransaction) return work(db);
  for (let attempt = 1; ; attempt++) {
    try {
      return await transactionOf(db, work);
    } catch (error) {
      const mayRepeat = judgePgError(error) === 'repeat' || isReadOnly(error);
      if (attempt === MAX_ATTEMPTS || !mayRepeat) throw error;
    }
    await sleep(random() * FIRST_WAIT_MS * 2 ** attempt);
  }
}
