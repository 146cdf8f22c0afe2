import type { CatalogSchema, SchemaMode } from '../../domain/schema/event-schema.js';
import { AppError } from '../../errors.js';
import { noteObject } from '../audit/audited.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Db } from '../postgres/knex.js';
import { type ExpectedRevisions, requireRevision } from '../records/change.js';

/** A version of the schema of an event, as users see it. Its schema and its example are JSON texts. */
export interface EventSchema extends CatalogSchema {
  readonly schema: string;
  readonly example: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly createdById: number;
  readonly updatedById: number;
  readonly revision: number;
}

export interface NewEventSchema {
  readonly eventId: number;
  readonly userId: number;
  /** Undefined: the next number. */
  readonly version: string | undefined;
  readonly schema: string;
  readonly example: string | undefined;
  readonly mode: SchemaMode;
}

/** One version of one event. */
export interface SchemaChange {
  readonly eventId: number;
  readonly version: string;
  readonly userId: number;
  readonly expected: ExpectedRevisions;
}

/** More versions of one event are a mistake, and each costs memory in every instance. */
export const MAX_VERSIONS = 100;

interface Row {
  readonly id: number;
  readonly version: string;
  readonly schema: string;
  readonly example: string | null;
  readonly mode: SchemaMode;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly created_by_id: string;
  readonly updated_by_id: string;
  readonly revision: number;
}

/** The newest version is first. @throws {AppError} `not_found` if there is no such event */
export async function listEventSchemas(db: Db, eventId: number): Promise<readonly EventSchema[]> {
  const event = await db('events').where({ id: eventId }).whereNull('deleted_at').first('id');
  if (!event) throw new AppError('not_found', 'Record not found');
  const rows: Row[] = await db('event_schemas').where({ event_id: eventId }).orderBy('id', 'desc');
  return rows.map(toSchema);
}

/** @throws {AppError} `not_found` */
export async function loadEventSchema(db: Db, eventId: number, version: string): Promise<EventSchema> {
  const isLiving = 'exists (select from events e where e.id = event_id and e.deleted_at is null)';
  return only(await db('event_schemas').where({ event_id: eventId, version }).whereRaw(isLiving));
}

export async function insertEventSchema(db: Db, fresh: NewEventSchema): Promise<EventSchema> {
  const { eventId, userId, schema, example = null, mode } = fresh;
  return inTransaction(db, async (trx) => {
    await lockEvent(trx, eventId);
    const taken: string[] = await trx('event_schemas').where({ event_id: eventId }).pluck('version');
    if (taken.length >= MAX_VERSIONS)
      throw new AppError('unprocessable', `an event has at most ${MAX_VERSIONS} versions; delete old ones first`);
    const version = fresh.version ?? nextNumber(taken);
    if (taken.includes(version)) throw new AppError('unprocessable', 'the event has this version already', 'version');
    const row = { event_id: eventId, version, schema, example, mode, created_by_id: userId, updated_by_id: userId };
    const made = only(await trx('event_schemas').insert(row).returning('*'));
    noteSchema(trx, eventId, { version: { after: version }, mode: { after: mode } });
    await tellCatalog(trx, eventId);
    return made;
  });
}

/** Changes the mode or the example. The schema of a version never changes. */
export async function changeEventSchema(
  db: Db,
  change: SchemaChange,
  fields: { readonly mode?: SchemaMode | undefined; readonly example?: string | null | undefined },
): Promise<EventSchema> {
  const { eventId, userId } = change;
  return inTransaction(db, async (trx) => {
    await lockEvent(trx, eventId);
    const before = await loadExpected(trx, change);
    const { mode = before.mode, example = before.example ?? null } = fields;
    const cells = { mode, example, updated_by_id: userId, updated_at: trx.fn.now(), revision: before.revision + 1 };
    const after = only(await trx('event_schemas').where({ id: before.id }).update(cells).returning('*'));
    noteSchema(trx, eventId, { [`mode of ${after.version}`]: { before: before.mode, after: mode } });
    await tellCatalog(trx, eventId);
    return after;
  });
}

export async function deleteEventSchema(db: Db, change: SchemaChange): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockEvent(trx, change.eventId);
    const { id, version, mode } = await loadExpected(trx, change);
    await trx('event_schemas').where({ id }).delete();
    noteSchema(trx, change.eventId, { version: { before: version }, mode: { before: mode } });
    await tellCatalog(trx, change.eventId);
  });
}

async function loadExpected(trx: Db, change: SchemaChange): Promise<EventSchema> {
  const { eventId, version, userId, expected } = change;
  const before = await loadEventSchema(trx, eventId, version);
  requireRevision(before, { id: before.id, userId, expected });
  return before;
}

/** Changes of the versions of one event follow each other. */
async function lockEvent(trx: Db, id: number): Promise<void> {
  const found = await trx('events').where({ id }).whereNull('deleted_at').forUpdate().first('id');
  if (!found) throw new AppError('not_found', 'Record not found');
}

/** The change of the event's row is a change of the catalog, and leaves the revision of the event as it is. */
async function tellCatalog(trx: Db, eventId: number): Promise<void> {
  await trx.raw(
    `update events set schemas = (
       select jsonb_agg(jsonb_build_object('id', id, 'version', version, 'mode', mode) order by id desc)
       from event_schemas where event_id = :eventId
     ) where id = :eventId`,
    { eventId },
  );
}

type Changes = Parameters<typeof noteObject>[1]['changes'];

const noteSchema = (trx: Db, eventId: number, changes: Changes) =>
  noteObject(trx, { object: `event:${eventId}`, spaceId: undefined, changes });

function nextNumber(taken: readonly string[]): string {
  const numbers = taken.filter((version) => /^[0-9]{1,9}$/.test(version)).map(Number);
  return String(Math.max(0, ...numbers) + 1);
}

function only([row]: readonly Row[]): EventSchema {
  if (!row) throw new AppError('not_found', 'Record not found');
  return toSchema(row);
}

const toSchema = (row: Row): EventSchema => ({
  id: row.id,
  version: row.version,
  schema: row.schema,
  example: row.example ?? undefined,
  mode: row.mode,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  createdById: Number(row.created_by_id),
  updatedById: Number(row.updated_by_id),
  revision: row.revision,
});
