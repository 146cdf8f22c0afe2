import { z } from 'zod';
import type { Event } from '../../domain/matching/event.js';
import { MAX_SUBJECT_LENGTH, parseSubject, type SubjectRules } from '../../domain/matching/subject.js';
import { subjectPattern } from '../../domain/subject-pattern.js';
import type { EventFields } from '../../store/catalog/events.js';
import { readOnlyFields } from '../bodies/read-only-fields.js';
import { patchTags, tags, tagsPatch, withinBytes } from '../bodies/tag-fields.js';
import { text } from '../bodies/text.js';

const publishOnly = z.boolean().meta({
  description:
    'whether no service answers requests on the subject. `true` is required where a NATS service answers on it, and with `STREAM_ACK=publish-only`',
});

export const MAX_NAME_LENGTH = 255;

/** The three bodies that create and change an event. */
export function makeEventBodies(rules: SubjectRules) {
  const subject = z.string().superRefine((given, context) => {
    const judged = given === '' ? undefined : parseSubject(given, rules);
    if (judged && !judged.ok) context.addIssue({ code: 'custom', message: judged.problem });
  });
  const described = (pattern: string) => ({
    maxLength: MAX_SUBJECT_LENGTH,
    pattern,
    description: 'the NATS subject; `*` and a last `>` are wildcards',
    example: 'tag.created',
  });
  const pattern = subjectPattern(rules);
  const required = subject.min(1).meta(described(pattern));
  return {
    create: z
      .strictObject({
        event: required,
        name: text(MAX_NAME_LENGTH).default(''),
        tags: tags.default({}),
        publish_only: publishOnly.default(false),
        ...readOnlyFields,
      })
      .meta({ title: 'NewEvent', example: { event: 'tag.created', name: 'Tag created', tags: { app: 'example' } } }),
    put: z
      .strictObject({
        event: subject.meta(described(`^$|${pattern}`)).optional(),
        name: text(MAX_NAME_LENGTH).optional(),
        tags: tags.optional(),
        publish_only: publishOnly.optional(),
        ...readOnlyFields,
      })
      .meta({
        title: 'EventPut',
        description: 'Non-empty fields overwrite; absent and empty strings keep',
        example: { name: 'Tag created' },
      }),
    patch: z
      .strictObject({
        event: required.optional(),
        name: text(MAX_NAME_LENGTH).nullable().optional(),
        tags: tagsPatch.nullable().optional(),
        publish_only: publishOnly.nullable().optional(),
        ...readOnlyFields,
      })
      .meta({ title: 'EventPatch', description: 'A JSON merge patch (RFC 7396)', example: { tags: { app: null } } }),
  };
}

type Bodies = ReturnType<typeof makeEventBodies>;

export function newEvent(body: z.output<Bodies['create']>): EventFields {
  return { name: body.name, subject: body.event, tags: withinBytes(body.tags), publishOnly: body.publish_only };
}

export function putEvent(current: Event, body: z.output<Bodies['put']>): EventFields {
  return {
    name: body.name || current.name,
    subject: body.event || current.subject,
    tags: body.tags ? withinBytes(body.tags, current.tags) : current.tags,
    publishOnly: body.publish_only ?? current.publishOnly,
  };
}

export function patchEvent(current: Event, body: z.output<Bodies['patch']>): EventFields {
  return {
    name: body.name === undefined ? current.name : (body.name ?? ''),
    subject: body.event ?? current.subject,
    tags: patchTags(current.tags, body.tags),
    publishOnly: body.publish_only === undefined ? current.publishOnly : (body.publish_only ?? false),
  };
}
