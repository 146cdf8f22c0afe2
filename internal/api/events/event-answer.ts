import { z } from 'zod';
import type { Event } from '../../domain/matching/event.js';
import { DEGRADATION_REASONS, type Degradation } from '../../domain/streams/degradation.js';
import type { ShownEvent } from '../../store/catalog/event-row.js';
import { id, userId } from '../bodies/numbers.js';

export const degradation = z
  .object({
    reason: z.enum(DEGRADATION_REASONS),
    problem: z.string().meta({ description: 'What is wrong and what to do' }),
  })
  .meta({ title: 'Degradation' });

/** The fields that every record begins with. */
export const recordFields = {
  id,
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  deleted_at: z.iso.datetime().nullable(),
  created_by_id: userId,
  updated_by_id: userId,
};

export const eventAnswer = z
  .object({
    ...recordFields,
    name: z.string(),
    event: z.string(),
    tags: z.record(z.string(), z.string()),
    publish_only: z.boolean(),
    degraded: degradation
      .optional()
      .describe('Present while messages of this event do not arrive as they should. It needs a person.'),
  })
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

export function eventJson(event: Event, degraded?: Degradation): z.input<typeof eventAnswer> {
  const { name, subject, tags, publishOnly: publish_only } = event;
  const json = { ...recordJson(event), name, event: subject, tags, publish_only };
  return degraded ? { ...json, degraded: { reason: degraded.reason, problem: degraded.problem } } : json;
}

/** The same record as JSON text. The tags are inserted as they are stored. */
export function eventText({ tagsJson, ...event }: ShownEvent, degraded?: Degradation): string {
  const { tags: _, ...json } = eventJson({ ...event, tags: {} }, degraded);
  return `${JSON.stringify(json).slice(0, -1)},"tags":${tagsJson}}`;
}
