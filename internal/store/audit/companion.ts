import type { Db } from '../postgres/knex.js';

/** Takes part in each transaction that begins on a pool. */
export interface Companion {
  begin(): Accompanied;
}

/** The part of one transaction. */
export interface Accompanied {
  /** Runs as the last work of the transaction. If it fails, the transaction does. */
  beforeCommit(trx: Db): Promise<void>;
  /** Must not throw. */
  afterCommit(): void;
}

const COMPANION = Symbol('companion');
const ACCOMPANIED = Symbol('accompanied');

type Carrying = Db & { readonly [COMPANION]?: Companion; readonly [ACCOMPANIED]?: Accompanied };

/** The same pool, whose transactions the companion takes part in. */
export function accompaniedBy(db: Db, companion: Companion): Db {
  return new Proxy(db, { get: (pool, name) => (name === COMPANION ? companion : Reflect.get(pool, name)) });
}

export const companionOf = (db: Carrying): Companion | undefined => db[COMPANION];

/** The part in a transaction. Undefined outside one, and in one that no companion takes part in. */
export const accompaniedIn = (trx: Carrying): Accompanied | undefined => trx[ACCOMPANIED];

/** Runs the work in a transaction of the pool, with its companion. */
export async function transactionOf<T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T> {
  const part = companionOf(db)?.begin();
  if (!part) return db.transaction(work);
  const value = await db.transaction(async (trx) => {
    Object.assign(trx, { [ACCOMPANIED]: part });
    const done = await work(trx);
    await part.beforeCommit(trx);
    return done;
  });
  part.afterCommit();
  return value;
}
