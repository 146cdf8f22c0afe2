import type { Knex } from 'knex';
import type { Event } from '../../domain/matching/event.js';
import type { Tags } from '../../domain/matching/tags.js';
import type { Db } from '../postgres/knex.js';

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
  return { ...unlabelled(row), tags: row.tags };
}

/** An event for display only: its tags are JSON text as PostgreSQL writes it, which is never parsed here. */
export type ShownEvent = Omit<Event, 'tags'> & { readonly tagsJson: string };

export interface ShownEventRow extends Omit<EventRow, 'tags'> {
  readonly tags_json: string;
}

/** The columns of `events` that `toShownEvent` needs. */
export const shownEventColumns = (db: Db): readonly (string | Knex.Raw)[] => [
  ...[
    'id',
    'created_at',
    'updated_at',
    'deleted_at',
    'created_by_id',
    'updated_by_id',
    'name',
    'event',
    'publish_only',
  ],
  db.raw('tags::text as tags_json'),
];

export function toShownEvent(row: ShownEventRow): ShownEvent {
  return { ...unlabelled(row), tagsJson: row.tags_json };
}

function unlabelled(row: Omit<EventRow, 'tags'>): Omit<Event, 'tags'> {
  return {
    id: row.id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    createdById: Number(row.created_by_id),
    updatedById: Number(row.updated_by_id),
    name: row.name,
    subject: row.event,
    publishOnly: row.publish_only,
  };
}
