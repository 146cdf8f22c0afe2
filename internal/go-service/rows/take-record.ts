import type { Tags } from '../../domain/matching/tags.js';
import type { GoEvent } from './read-tables.js';

/** The columns that events and webhooks share, as they are stored here. */
export interface OurRow {
  readonly id: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly deleted_at: string | null;
  readonly created_by_id: string;
  readonly updated_by_id: string;
  readonly name: string;
  readonly tags: Tags;
}

type Recorded = Omit<GoEvent, 'event' | 'tags' | 'hash'>;

/** PostgreSQL has times that no answer can have: infinity, years before Christ, and years of five digits. */
export const isUsableTime = (time: string | null): time is string => time !== null && /^\d{4}-[^B]*$/.test(time);

/** Nulls become what the Go service answers for them: the user 0 and an empty name. A row without a time gets now. */
export function takeRecord(row: Recorded, now: string): Omit<OurRow, 'tags'> {
  const [createdAt, updatedAt] = [row.created_at, row.updated_at].map((time) =>
    isUsableTime(time) ? time : undefined,
  );
  const created = createdAt ?? updatedAt ?? now;
  return {
    id: Number(row.id),
    created_at: created,
    updated_at: updatedAt ?? created,
    deleted_at: row.deleted_at === null || isUsableTime(row.deleted_at) ? row.deleted_at : now,
    created_by_id: row.created_by_id ?? '0',
    updated_by_id: row.updated_by_id ?? row.created_by_id ?? '0',
    name: row.name ?? '',
  };
}
