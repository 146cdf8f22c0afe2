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

/** Nulls become what the Go service answers for them: the user 0 and an empty name. A row without a time gets now. */
export function takeRecord(row: Recorded, now: string): Omit<OurRow, 'tags'> {
  const created = row.created_at ?? row.updated_at ?? now;
  return {
    id: Number(row.id),
    created_at: created,
    updated_at: row.updated_at ?? created,
    deleted_at: row.deleted_at,
    created_by_id: row.created_by_id ?? '0',
    updated_by_id: row.updated_by_id ?? row.created_by_id ?? '0',
    name: row.name ?? '',
  };
}
