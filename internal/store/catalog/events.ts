import type { Tag } from '../../domain/matching/tags.js';
import { AppError } from '../../errors.js';
import { noteChange } from '../audit/audited.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { carryingTags, type ListOf, type Page, readPage } from '../postgres/list-page.js';
import { isUniqueViolation } from '../postgres/pg-error.js';
import { type ChangeOf, requireRevision } from '../records/change.js';
import { byNames, type NameFilter } from '../records/name-filter.js';
import { refuseTakenKey, storeKey } from '../records/taken-key.js';
import {
  type Event,
  type EventFields,
  type EventRow,
  eventCells,
  type ShownEvent,
  type ShownEventRow,
  shownEventColumns,
  toEvent,
  toShownEvent,
} from './event-row.js';

export const EVENTS_ORDER: Keyset = { columns: [{ name: 'id', kind: 'integer' }], direction: 'asc' };

export interface EventFilter extends NameFilter {
  readonly tags: readonly Tag[];
  /** Only the events with these subjects, in any case. None given: all events. */
  readonly subjects?: readonly string[];
}

export async function listEvents(db: Db, filter: EventFilter, page: Page): Promise<ListOf<ShownEvent>> {
  const { tags, subjects = [] } = filter;
  const matching = byNames(carryingTags(db('events').whereNull('deleted_at'), 'tags', tags), filter);
  // The unique index of subjects is on lower(event), over events that are not deleted.
  if (subjects.length > 0)
    matching.whereRaw('lower(event) = any(?::text[])', [subjects.map((each) => each.toLowerCase())]);
  const list = { matching, order: EVENTS_ORDER, columns: shownEventColumns(db), toNode: toShownEvent };
  return readPage<ShownEventRow, ShownEvent>(db, list, page);
}

/** Returns the events with these ids that exist, by id. */
export async function findShownEvents(db: Db, ids: readonly number[]): Promise<ReadonlyMap<number, ShownEvent>> {
  const rows: ShownEventRow[] = await db('events')
    .whereRaw('id = any(?::int[])', [[...ids]])
    .select(...shownEventColumns(db));
  return new Map(rows.map((row) => [row.id, toShownEvent(row)]));
}

/** Returns the events with these ids that exist, without their tags, in the order of their ids. */
export async function findBriefEvents(
  db: Db,
  ids: readonly number[],
): Promise<readonly Pick<Event, 'id' | 'subject' | 'name'>[]> {
  return db('events')
    .whereRaw('id = any(?::int[])', [[...ids]])
    .orderBy('id')
    .select('id', 'event as subject', 'name');
}

/** Returns the subjects in the order of the events' ids. */
export async function loadSubjects(db: Db, ids: readonly number[]): Promise<readonly string[]> {
  return db('events')
    .whereRaw('id = any(?::int[])', [[...ids]])
    .orderBy('id')
    .pluck('event');
}

/** Loads an event that is not deleted. A deleted or unknown event is refused as `not_found`. */
export async function loadEvent(db: Db, id: number): Promise<Event> {
  return onlyEvent(await db('events').where({ id }).whereNull('deleted_at'));
}

export async function insertEvent(db: Db, userId: number, fields: EventFields): Promise<Event> {
  return refusingDuplicates(
    db,
    inTransaction(db, async (trx) => {
      const row = { ...eventCells(fields), created_by_id: userId, updated_by_id: userId };
      const inserting = trx('events').insert(row).returning('*');
      const after = onlyEvent(await storeKey({ of: 'event', key: fields.key }, inserting));
      noteChange(trx, 'event', { id: after.id, after });
      return after;
    }),
  );
}

/**
 * Inserts those events whose subjects no event has yet, in any case. Someone else may insert the same ones at the same
 * time.
 */
export async function insertMissingEvents(db: Db, userId: number, all: readonly EventFields[]): Promise<void> {
  // The order keeps two of these statements from waiting for each other.
  const ordered = all.toSorted((one, other) => (one.subject.toLowerCase() < other.subject.toLowerCase() ? -1 : 1));
  const rows = ordered.map((fields) => ({ ...eventCells(fields), created_by_id: userId, updated_by_id: userId }));
  if (rows.length === 0) return;
  const inserted: EventRow[] = await db('events').insert(rows).onConflict().ignore().returning('*');
  for (const after of inserted.map(toEvent)) noteChange(db, 'event', { id: after.id, after });
}

/** Passes the current event to `decide` and stores the result. The event is locked meanwhile. */
export async function changeEvent(
  db: Db,
  change: ChangeOf,
  decide: (current: Event) => EventFields | Promise<EventFields>,
): Promise<Event> {
  return refusingDuplicates(
    db,
    inTransaction(db, async (trx) => {
      const before = await lockEvent(trx, change);
      const fields = await decide(before);
      const cells = { ...eventCells(fields), updated_by_id: change.userId, updated_at: trx.fn.now() };
      const updated = trx('events').where({ id: change.id }).update(cells).returning('*');
      const after = onlyEvent(await storeKey({ of: 'event', key: fields.key }, updated));
      noteChange(trx, 'event', { id: change.id, before, after });
      return after;
    }),
  );
}

/** Deletes an event, unless a webhook that is not deleted has it. */
export async function deleteEvent(db: Db, change: ChangeOf): Promise<void> {
  const { id, userId } = change;
  await inTransaction(db, async (trx) => {
    const before = await lockEvent(trx, change);
    // Key list and hidden condition, see sql-notes.md: statistics may be older than the deletion of 10,000 webhooks.
    const user = await trx('webhooks')
      .whereRaw('id = any(array(select webhook_id from webhook_events where event_id = ?))', [id])
      .whereRaw('num_nulls(deleted_at) = 1')
      .first('id');
    if (user) throw new AppError('unprocessable', 'event is associated with some webhook');
    const now = trx.fn.now();
    await trx('events').where({ id }).update({ deleted_at: now, updated_at: now, updated_by_id: userId });
    noteChange(trx, 'event', { id, before });
  });
}

/** Conflicts with the `for key share` by which a webhook locks the events that it is about to have. */
async function lockEvent(trx: Db, change: ChangeOf): Promise<Event> {
  const event = onlyEvent(await trx('events').where({ id: change.id }).whereNull('deleted_at').forUpdate());
  requireRevision(event, change);
  return event;
}

function onlyEvent([row]: readonly EventRow[]): Event {
  if (!row) throw new AppError('not_found', 'Record not found');
  return toEvent(row);
}

/** The unique index on `lower(event)`, over events that are not deleted, is the only other one. */
async function refusingDuplicates(db: Db, work: Promise<Event>): Promise<Event> {
  try {
    return await refuseTakenKey(db, work);
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError('unprocessable', 'event with same event string exist', 'event');
    throw error;
  }
}
