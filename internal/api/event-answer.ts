import { z } from 'zod';
import type { Event } from '../domain/event.js';
import { id, userId } from './numbers.js';

/** What every record of ours begins with. */
export const recordFields = {
  id,
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  deleted_at: z.iso.datetime().nullable(),
  created_by_id: userId,
  updated_by_id: userId,
};

export const eventAnswer = z
  .object({ ...recordFields, name: z.string(), event: z.string(), tags: z.record(z.string(), z.string()) })
  .meta({ title: 'Event' });

type Recorded = Pick<Event, 'id' | 'createdAt' | 'updatedAt' | 'deletedAt' | 'createdById' | 'updatedById'>;

export function recordJson(record: Recorded) {
  return {
    id: record.id,
    created_at: record.createdAt.toISOString(),
    updated_at: record.updatedAt.toISOString(),
    deleted_at: record.deletedAt?.toISOString() ?? null,
    created_by_id: record.createdById,
    updated_by_id: record.updatedById,
  };
}

export function eventJson(event: Event): z.input<typeof eventAnswer> {
  return { ...recordJson(event), name: event.name, event: event.subject, tags: event.tags };
}
