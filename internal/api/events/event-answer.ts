import { z } from 'zod';
import { DEGRADATION_REASONS, type Degradation } from '../../domain/streams/degradation.js';
import type { Event, EventFields, ShownEvent } from '../../store/catalog/event-row.js';
import type { Recorded } from '../../store/postgres/record.js';
import { type AnswersOf, answerJson, answerShape, shown } from '../bodies/field.js';
import { id, userId } from '../bodies/numbers.js';
import { EVENT_FIELDS } from './event-fields.js';

export const degradation = z
  .object({
    reason: z.enum(DEGRADATION_REASONS),
    problem: z.string().meta({ description: 'The problem and the remedy.' }),
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
  revision: z.int().min(1).describe('Counts the changes, from 1. It is also the `ETag`, for `If-Match`.'),
};

const { name, ...others } = EVENT_FIELDS;
const subject = { name: 'event', answer: shown(z.string(), (value: string) => value) } as const;
const ANSWERS = { name, subject, ...others } as const satisfies AnswersOf<EventFields>;
const { tags: _, ...ANSWERS_WITHOUT_TAGS } = ANSWERS;

export const eventAnswer = z
  .object({
    ...recordFields,
    ...answerShape(ANSWERS),
    degraded: degradation
      .optional()
      .describe('Present while messages of this event do not arrive as they should. Someone has to act.'),
  })
  .meta({ title: 'Event' });

export function recordJson(record: Recorded) {
  return {
    id: record.id,
    created_at: record.createdAt.toISOString(),
    updated_at: record.updatedAt.toISOString(),
    deleted_at: record.deletedAt?.toISOString() ?? null,
    created_by_id: record.createdById,
    updated_by_id: record.updatedById,
    revision: record.revision,
  };
}

/** The values that users set, by public name. */
export const eventFieldsJson = (event: EventFields) => answerJson(ANSWERS, event);

export function eventJson(event: Event, degraded?: Degradation): z.input<typeof eventAnswer> {
  return { ...recordJson(event), ...answerJson(ANSWERS, event), ...degradedJson(degraded) };
}

const degradedJson = (degraded: Degradation | undefined) =>
  degraded && { degraded: { reason: degraded.reason, problem: degraded.problem } };

/** The same record as JSON text. The tags are inserted as they are stored. */
export function eventText({ tagsJson, ...event }: ShownEvent, degraded?: Degradation): string {
  const json = { ...recordJson(event), ...answerJson(ANSWERS_WITHOUT_TAGS, event), ...degradedJson(degraded) };
  return `${JSON.stringify(json).slice(0, -1)},"tags":${tagsJson}}`;
}
