import { type Event, type EventRow, toEvent } from '../catalog/event-row.js';
import type { Db } from '../postgres/knex.js';

/** Names of events: keys, subjects in any case, and ids. */
export interface EventNames {
  readonly keys: readonly string[];
  readonly subjects: readonly string[];
  readonly ids: readonly number[];
}

const forChange = (isLocking: boolean) => (isLocking ? 'for no key update' : '');

/**
 * Finds the events that are not deleted and have one of the names, by id. `isLocking` keeps other changes of them off
 * until the transaction ends.
 */
export async function findNamedEvents(
  db: Db,
  { keys, subjects, ids }: EventNames,
  isLocking: boolean,
): Promise<readonly Event[]> {
  const { rows }: { rows: EventRow[] } = await db.raw(
    `select * from events
     where deleted_at is null and (key = any(?::text[]) or id = any(?::int[])
       or lower(event) = any(array(select lower(subject) from unnest(?::text[]) subject)))
     order by id ${forChange(isLocking)}`,
    [[...keys], [...ids], [...subjects]],
  );
  return rows.map(toEvent);
}

/** Finds the events of a manager with ids above `afterId`, by id. */
export async function findManagedEvents(
  db: Db,
  { managedBy, afterId, limit }: { readonly managedBy: string; readonly afterId: number; readonly limit: number },
  isLocking: boolean,
): Promise<readonly Event[]> {
  const { rows }: { rows: EventRow[] } = await db.raw(
    `select * from events where deleted_at is null and managed_by = ? and id > ?
     order by id limit ? ${forChange(isLocking)}`,
    [managedBy, afterId, limit],
  );
  return rows.map(toEvent);
}

/**
 * Finds the events, of these, that a webhook of any space has, except the webhooks with the other ids. Returns one
 * webhook for each.
 */
export async function findEventUses(
  db: Db,
  { eventIds, exceptIds }: { readonly eventIds: readonly number[]; readonly exceptIds: readonly number[] },
): Promise<ReadonlyMap<number, number>> {
  const { rows }: { rows: { event_id: number; webhook_id: number }[] } = await db.raw(
    // Fence and hidden condition, see sql-notes.md.
    `select distinct on (event_id) event_id, webhook_id from webhook_events
     cross join lateral (
       select from webhooks where id = webhook_id and num_nulls(deleted_at) = 1 offset 0
     ) as living
     where event_id = any(?::int[]) and webhook_id not in (select unnest(?::int[]))
     order by event_id, webhook_id`,
    [[...eventIds], [...exceptIds]],
  );
  return new Map(rows.map(({ event_id, webhook_id }) => [event_id, webhook_id]));
}
