import { z } from 'zod';
import { MAX_SUBJECT_LENGTH, parseSubject, type SubjectRules } from '../../domain/matching/subject.js';
import { subjectPattern } from '../../domain/subject-pattern.js';
import type { Event, EventFields } from '../../store/catalog/event-row.js';
import { bodyShape, type Change, type FieldsOf, firstValues, nextValues } from '../bodies/field.js';
import { requiredText } from '../bodies/field-kinds.js';
import { readOnlyFields } from '../bodies/read-only-fields.js';
import { declaredKey } from '../names/name-fields.js';
import { EVENT_FIELDS } from './event-fields.js';

/** The three bodies that create and change an event, and what follows from them. */
export function makeEventBodies(rules: SubjectRules) {
  const subject = z.string().superRefine((input, context) => {
    const judged = input === '' ? undefined : parseSubject(input, rules);
    if (judged && !judged.ok) context.addIssue({ code: 'custom', message: judged.problem });
  });
  const described = (pattern: string) => ({
    maxLength: MAX_SUBJECT_LENGTH,
    pattern,
    description: 'The NATS subject. `*` and a final `>` are wildcards.',
    example: 'tag.created',
  });
  const pattern = subjectPattern(rules);
  const fields = {
    subject: requiredText('event', {
      required: subject.min(1).meta(described(pattern)),
      orEmpty: subject.meta(described(`^$|${pattern}`)),
      toJson: (value) => value,
    }),
    ...EVENT_FIELDS,
  } satisfies FieldsOf<EventFields>;
  const create = z
    .strictObject({ ...bodyShape(fields, 'create'), ...readOnlyFields })
    .meta({ title: 'NewEvent', example: { event: 'tag.created', name: 'Tag created', tags: { app: 'example' } } });
  const { managed_by: _, ...shape } = create.shape;
  const declared = z.strictObject({ ...shape, key: declaredKey }).meta({
    title: 'DeclaredEvent',
    description: 'An event of `PUT /apply`. Its `managed_by` is that of the declaration.',
    example: { key: 'tags/created', event: 'tag.created', name: 'Tag created', tags: { app: 'example' } },
  });
  const changes = {
    put: z.strictObject({ ...bodyShape(fields, 'put'), ...readOnlyFields }).meta({
      title: 'EventPut',
      description: 'Non-empty fields overwrite the stored values. Absent fields and empty strings keep them.',
      example: { name: 'Tag created' },
    }),
    patch: z
      .strictObject({ ...bodyShape(fields, 'patch'), ...readOnlyFields })
      .meta({ title: 'EventPatch', description: 'A JSON merge patch (RFC 7396).', example: { tags: { app: null } } }),
  } as const;
  return {
    create,
    declared,
    ...changes,
    newEvent: (body: z.output<typeof create>): EventFields => firstValues(fields, body),
    changedEvent: (kind: Change, current: Event, body: z.output<(typeof changes)[Change]>): EventFields =>
      nextValues(fields, kind, current, body),
  };
}
