import type { Event } from '../domain/event.js';
import type { Tags } from '../domain/tags.js';

/** A row of `events`; bigint columns arrive as text. */
export interface EventRow {
  readonly id: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly deleted_at: Date | null;
  readonly created_by_id: string;
  readonly updated_by_id: string;
  readonly name: string;
  readonly event: string;
  readonly tags: Tags;
  readonly publish_only: boolean;
}

export function toEvent(row: EventRow): Event {
  return {
    id: row.id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    createdById: Number(row.created_by_id),
    updatedById: Number(row.updated_by_id),
    name: row.name,
    subject: row.event,
    tags: row.tags,
    publishOnly: row.publish_only,
  };
}
