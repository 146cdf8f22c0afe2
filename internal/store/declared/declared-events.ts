import { type Event, type EventRow, toEvent } from '../catalog/event-row.js';
import type { Db } from '../postgres/knex.js';

/** Names of events: keys, subjects in any case, and ids. */
export interface EventNames {
  readonly keys: readonly string[];
  readonly subjects: readonly string[];
  readonly ids: readonly number[];
}

/** The driver writes the ids of a statement in one turn of the event loop. */
const EVENTS_AT_ONCE = 1000;

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
    // Key list, hidden condition and fences, see sql-notes.md. With the three conditions joined by `or`, every call
    // read the whole table: 10,000 events took 23 s.
    `select * from events
     where num_nulls(deleted_at) = 1 and id = any(array(
       select id from unnest(?::text[]) as wanted(key) cross join lateral (
         select id from events where events.key = wanted.key and deleted_at is null offset 0
       ) as keyed
       union all select id from unnest(?::text[]) as wanted(subject) cross join lateral (
         select id from events where lower(event) = lower(wanted.subject) and deleted_at is null offset 0
       ) as published
       union all select unnest(?::int[])
     ))
     order by id ${forChange(isLocking)}`,
    [[...keys], [...subjects], [...ids]],
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
  const uses = new Map<number, number>();
  const except = [...exceptIds];
  for (let from = 0; from < eventIds.length; from += EVENTS_AT_ONCE) {
    const { rows }: { rows: { event_id: number; webhook_id: number }[] } = await db.raw(
      // Fence and hidden condition, see sql-notes.md.
      `select distinct on (event_id) event_id, webhook_id from webhook_events
       cross join lateral (
         select from webhooks where id = webhook_id and num_nulls(deleted_at) = 1 offset 0
       ) as living
       where event_id = any(?::int[]) and webhook_id not in (select unnest(?::int[]))
       order by event_id, webhook_id`,
      [eventIds.slice(from, from + EVENTS_AT_ONCE), except],
    );
    for (const { event_id, webhook_id } of rows) uses.set(event_id, webhook_id);
  }
  return uses;
}
