/** The values with which the records of users begin. */
export interface Recorded {
  readonly id: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
  readonly createdById: number;
  readonly updatedById: number;
  /** The number of changes by users, and of those by hukz that users asked for or have to know, from 1. */
  readonly revision: number;
}

/** Their columns; bigint columns arrive as text. */
export interface RecordRow {
  readonly id: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly deleted_at: Date | null;
  readonly created_by_id: string;
  readonly updated_by_id: string;
  readonly revision: number;
}

export const RECORD_COLUMNS: readonly (keyof RecordRow)[] = [
  ...(['id', 'created_at', 'updated_at', 'deleted_at', 'created_by_id', 'updated_by_id', 'revision'] as const),
];

export function toRecord(row: RecordRow): Recorded {
  return {
    id: row.id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    createdById: Number(row.created_by_id),
    updatedById: Number(row.updated_by_id),
    revision: row.revision,
  };
}
