import type { Knex } from 'knex';
import type { Tags } from '../../domain/matching/tags.js';
import { column, jsonColumn, readColumns, type ValuesIn, writeColumns } from '../postgres/columns.js';
import type { Db } from '../postgres/knex.js';
import { RECORD_COLUMNS, type Recorded, type RecordRow, toRecord } from '../postgres/record.js';
import { NAME_COLUMNS } from '../records/name-columns.js';

const { tags, ...withoutTags } = {
  name: column<string>('name'),
  subject: column<string>('event'),
  tags: jsonColumn<Tags>('tags'),
  /** Whether the subject is free of services that answer requests, so that a stream may acknowledge its messages. */
  publishOnly: column<boolean>('publish_only'),
  ...NAME_COLUMNS,
};
const COLUMNS = { ...withoutTags, tags };

/** The values of an event that users set. */
export type EventFields = ValuesIn<typeof COLUMNS>;

/** A registered event: the subject that applications publish to (`event` in the contract), with a name and tags. */
export type Event = Recorded & EventFields;

/** A row of `events`. */
export type EventRow = RecordRow;

export const toEvent = (row: EventRow): Event => ({ ...toRecord(row), ...readColumns(COLUMNS, row) });

export const eventCells = (fields: EventFields) => writeColumns(COLUMNS, fields);

/** An event for display only: its tags are JSON text as PostgreSQL writes it, which is never parsed here. */
export type ShownEvent = Omit<Event, 'tags'> & { readonly tagsJson: string };

export interface ShownEventRow extends EventRow {
  readonly tags_json: string;
}

/** The columns of `events` that `toShownEvent` needs. */
export const shownEventColumns = (db: Db): readonly (string | Knex.Raw)[] => [
  ...RECORD_COLUMNS,
  ...Object.values(withoutTags).map(({ name }) => name),
  db.raw('tags::text as tags_json'),
];

export const toShownEvent = (row: ShownEventRow): ShownEvent => ({
  ...toRecord(row),
  ...readColumns(withoutTags, row),
  tagsJson: row.tags_json,
});
