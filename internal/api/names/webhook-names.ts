import type { Principal } from '../../identity/principal.js';
import type { Db } from '../../store/postgres/knex.js';
import { findEventIds } from './find-event.js';
import { spaceNumberOf } from './find-space.js';
import type { Reference } from './reference.js';

/** A body of a webhook as its caller writes it. */
interface Named {
  readonly event_ids?: readonly Reference[] | undefined;
  readonly space_id?: Reference | undefined;
}

/** A body of a webhook in which the keys of its events and of its space have been replaced by ids. */
export type WithIds<Body extends Named> = Omit<Body, 'event_ids' | 'space_id'> & {
  readonly event_ids?: number[] | undefined;
  readonly space_id?: number | undefined;
};

/** Looks up the keys in a body. A body without keys costs no query. @throws {AppError} `unprocessable` */
export async function withIds<Body extends Named>(
  db: Db,
  caller: Pick<Principal, 'spaces'>,
  body: Body,
): Promise<WithIds<Body>> {
  const { event_ids: events, space_id: space, ...rest } = body;
  return {
    ...rest,
    ...(events && { event_ids: await findEventIds(db, events, 'event_ids') }),
    ...(space !== undefined && {
      space_id: await spaceNumberOf(db, caller, { space, source: 'space_id', refusal: 'unprocessable' }),
    }),
  };
}
