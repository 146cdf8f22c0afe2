import { AppError } from '../../errors.js';
import type { Db } from '../postgres/knex.js';
import { isUniqueViolation } from '../postgres/pg-error.js';

/** Returns the number of the space that has the key and is not deleted. */
export async function findSpaceByKey(db: Db, key: string): Promise<number | undefined> {
  const [space]: { id: string }[] = await db('spaces').where({ key }).whereNull('deleted_at').select('id');
  return space && Number(space.id);
}

/**
 * Awaits a statement that stores a key. The unique index decides whether the key is free, and it is the only one that
 * the statement can violate.
 */
export async function storeKey<T>(key: string | null, statement: PromiseLike<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError('conflict', `another space has the key "${key}" already: choose another key`, 'key');
  }
}
