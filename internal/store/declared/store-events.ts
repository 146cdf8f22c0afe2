import { AppError } from '../../errors.js';
import { type Event, type EventFields, type EventRow, eventCells, toEvent } from '../catalog/event-row.js';
import type { Db } from '../postgres/knex.js';
import { cellArrays } from '../records/cell-arrays.js';
import { findEventUses } from './declared-events.js';

/*
 * Events of a declaration are stored by a fixed number of statements per batch. `db` must be the transaction, and
 * events that exist must be locked in it.
 */

/** The types of the columns that users set; those that are not named are text. */
const TYPES: Readonly<Record<string, string>> = { publish_only: 'boolean', tags: 'jsonb' };

/** Returns the ids of the new events, in the order of `all`. */
export async function insertEvents(db: Db, userId: number, all: readonly EventFields[]): Promise<readonly number[]> {
  if (all.length === 0) return [];
  const { names, places, values } = cellArrays(all.map(eventCells), TYPES);
  const columns = names.join(', ');
  const { rows }: { rows: { id: number }[] } = await db.raw(
    `insert into events (${columns}, created_by_id, updated_by_id)
     select ${columns}, ?::bigint, ?::bigint from unnest(${places}) with ordinality as new(${columns}, nth)
     order by nth returning id`,
    [userId, userId, ...values],
  );
  return rows.map(({ id }) => id);
}

export interface EventChange {
  readonly id: number;
  readonly fields: EventFields;
}

export async function changeEvents(db: Db, userId: number, changes: readonly EventChange[]): Promise<void> {
  if (changes.length === 0) return;
  const { names, places, values } = cellArrays(
    changes.map(({ fields }) => eventCells(fields)),
    TYPES,
  );
  await db.raw(
    `update events set ${names.map((name) => `${name} = new.${name}`).join(', ')},
       updated_by_id = ?, updated_at = now()
     from unnest(?::int[], ${places}) as new(id, ${names.join(', ')})
     where events.id = new.id`,
    [userId, changes.map(({ id }) => id), ...values],
  );
}

/** Deletes events, unless a webhook that is not deleted has one of them. Returns them as they were. */
export async function deleteEvents(db: Db, userId: number, ids: readonly number[]): Promise<readonly Event[]> {
  const wanted = [[...ids]];
  // Conflicts with the `for key share` by which a webhook locks the events that it is about to have.
  const locking = 'select * from events where id = any(?::int[]) order by id for update';
  const { rows: locked }: { rows: EventRow[] } = await db.raw(locking, wanted);
  const [used] = await findEventUses(db, { eventIds: ids, exceptIds: [] });
  if (used) throw new AppError('unprocessable', `event ${used[0]} is associated with some webhook`);
  await db.raw('update events set deleted_at = now(), updated_at = now(), updated_by_id = ? where id = any(?::int[])', [
    userId,
    ...wanted,
  ]);
  return locked.map(toEvent);
}
