import type { Tags } from '../../domain/matching/tags.js';
import { column, jsonColumn, readColumns, type ValuesIn, writeColumns } from '../postgres/columns.js';
import { type Recorded, type RecordRow, toRecord } from '../postgres/record.js';
import { NAME_COLUMNS } from '../records/name-columns.js';

const COLUMNS = {
  name: column<string>('name'),
  tags: jsonColumn<Tags>('tags'),
  ...NAME_COLUMNS,
};

/** The values of a space that users set. */
export type SpaceFields = ValuesIn<typeof COLUMNS>;

/** A tenant. Its id is the number that webhooks and messages have in `space_id` and `Hukz-Space`. */
export type Space = Recorded & SpaceFields;

/** A row of `spaces`; bigint columns arrive as text. */
export interface SpaceRow extends Omit<RecordRow, 'id'> {
  readonly id: string;
}

export const toSpace = (row: SpaceRow): Space => ({
  ...toRecord({ ...row, id: Number(row.id) }),
  ...readColumns(COLUMNS, row),
});

export const spaceCells = (fields: SpaceFields) => writeColumns(COLUMNS, fields);
