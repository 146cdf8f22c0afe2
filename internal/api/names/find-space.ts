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
 * Returns the number of the space that a caller names in a query or in a body. For the caller, other spaces than its
 * own do not exist. A number is returned without a query, because every number of a caller of all spaces is a space.
 * @throws {AppError} the refusal if no space of the caller has the number or the key
 */
export async function spaceNumberOf(
  db: Db,
  { spaces }: Pick<Principal, 'spaces'>,
  { space, source, refusal = 'not_found' }: NamedSpace,
): Promise<number> {
  const id = typeof space === 'number' ? space : await findSpaceByKey(db, space.key);
  if (id !== undefined && (spaces === 'all' || spaces.includes(id))) return id;
  const name = typeof space === 'number' ? `number ${space}` : `key "${space.key}"`;
  throw new AppError(refusal, `no space has the ${name}`, source);
}

/** The same for a list in a body. */
export async function spaceNumbersOf(
  db: Db,
  caller: Pick<Principal, 'spaces'>,
  { spaces, source }: { readonly spaces: readonly Reference[]; readonly source: string },
): Promise<number[]> {
  const numbers = new Set<number>();
  for (const space of spaces) numbers.add(await spaceNumberOf(db, caller, { space, source, refusal: 'unprocessable' }));
  return [...numbers];
}

/** The same for a filter, which need not name a space. */
export async function findFilteredSpace(
  db: Db,
  caller: Pick<Principal, 'spaces'>,
  { space, source }: { readonly space: Reference | undefined; readonly source: string },
): Promise<number | undefined> {
  return space === undefined ? undefined : spaceNumberOf(db, caller, { space, source });
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

/** The space of a new webhook that names none. @throws {AppError} `unprocessable` for a caller of several spaces */
export function defaultSpaceOf({ spaces }: Pick<Principal, 'spaces'>): number {
  if (spaces === 'all') return 0;
  const [only, ...others] = spaces;
  if (only !== undefined && others.length === 0) return only;
  throw new AppError('unprocessable', 'name one of your spaces in space_id', 'space_id');
}
