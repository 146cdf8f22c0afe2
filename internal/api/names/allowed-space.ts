import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Db } from '../../store/postgres/knex.js';
import { type NamedSpace, spaceNumberOf } from './find-space.js';

/** Returns the number of a space that the caller may use. @throws {AppError} `forbidden`, or the refusal of the key */
export async function findAllowedSpace(
  db: Db,
  { spaces }: Pick<Principal, 'spaces'>,
  named: NamedSpace,
): Promise<number> {
  const space = await spaceNumberOf(db, named);
  if (spaces === 'all' || spaces.includes(space)) return space;
  throw new AppError('forbidden', `this caller may not use space ${space}`, named.source);
}
