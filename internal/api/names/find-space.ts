import { AppError, type ErrorCode } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Db } from '../../store/postgres/knex.js';
import { findSpaceByKey } from '../../store/spaces/space-key.js';
import type { Reference } from './reference.js';

/** A space that a caller names outside of a path. */
export interface NamedSpace {
  readonly space: Reference;
  /** The field that names it. */
  readonly source: string;
  /** The refusal of an unknown key: `not_found`, or `unprocessable` in the body of a resource. */
  readonly refusal?: ErrorCode;
}

/**
 * Returns the number of the space that a caller names in a query or in a body. A number is returned as it is.
 * @throws {AppError} the refusal if no space has the key
 */
export async function spaceNumberOf(db: Db, { space, source, refusal = 'not_found' }: NamedSpace): Promise<number> {
  if (typeof space === 'number') return space;
  const id = await findSpaceByKey(db, space.key);
  if (id === undefined) throw new AppError(refusal, `no space has the key "${space.key}"`, source);
  return id;
}

/** The same for a filter, which need not name a space. */
export async function findFilteredSpace(
  db: Db,
  { space, source }: { readonly space: Reference | undefined; readonly source: string },
): Promise<number | undefined> {
  return space === undefined ? undefined : spaceNumberOf(db, { space, source });
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
