import { z } from 'zod';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Db } from '../../store/postgres/knex.js';
import { findSpaceByKey } from '../../store/spaces/space-key.js';
import { spaceId, written } from '../bodies/numbers.js';
import { keyReference, type Reference } from './reference.js';

/** A space as a caller names it: by its number, or as `key:<key>`. */
export const spaceReference = z.union([written(spaceId), keyReference]) satisfies z.ZodType<Reference>;

/**
 * Returns the number of the space that a caller names in a query. A number is returned as it is.
 * @throws {AppError} `not_found` if no space has the key
 */
export async function spaceNumberOf(db: Db, space: Reference): Promise<number> {
  if (typeof space === 'number') return space;
  const id = await findSpaceByKey(db, space.key);
  if (id === undefined) throw new AppError('not_found', `no space has the key "${space.key}"`, 'space');
  return id;
}

/**
 * Returns the number of the space that a caller names in a path. A space beyond the principal's is answered like one
 * that does not exist.
 * @throws {AppError} `not_found`
 */
export async function findSpaceId(db: Db, { spaces }: Principal, space: Reference): Promise<number> {
  const id = typeof space === 'number' ? space : await findSpaceByKey(db, space.key);
  const isVisible = id !== undefined && (spaces === 'all' || spaces.includes(id));
  if (!isVisible) throw new AppError('not_found', 'Record not found');
  return id;
}
