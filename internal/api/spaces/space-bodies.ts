import { z } from 'zod';
import type { Space, SpaceFields } from '../../store/spaces/space-row.js';
import {
  answerJson,
  answerShape,
  bodyShape,
  type Change,
  type FieldsOf,
  firstValues,
  nextValues,
} from '../bodies/field.js';
import { spaceId } from '../bodies/numbers.js';
import { ignoredField, readOnlyFields } from '../bodies/read-only-fields.js';
import { recordFields, recordJson } from '../events/event-answer.js';
import { SPACE_FIELDS } from './space-fields.js';

const FIELDS = SPACE_FIELDS satisfies FieldsOf<SpaceFields>;
/** A script may send back the spaces that it reads, with their counts. */
const readOnly = { ...readOnlyFields, webhooks: ignoredField };

const webhookCount = z.int().min(0);

export const spaceAnswer = z
  .object({
    ...recordFields,
    id: spaceId.describe('The number, as in `space_id` of webhooks and in `Hukz-Space`.'),
    ...answerShape(FIELDS),
    webhooks: webhookCount.optional().describe('Number of its webhooks. Lists have it with `webhooks=count`.'),
  })
  .meta({ title: 'Space' });

export const newSpaceBody = z
  .strictObject({
    ...bodyShape(FIELDS, 'create'),
    ...readOnly,
    id: spaceId.optional().meta({
      description: 'The number of the space. Without it, hukz chooses an unused number from 1,000,000,000,000 on.',
      example: 7,
    }),
  })
  .meta({ title: 'NewSpace', example: { key: 'eu', name: 'Europe', tags: { region: 'eu' } } });

export const spaceChanges = {
  put: z.strictObject({ ...bodyShape(FIELDS, 'put'), ...readOnly }).meta({
    title: 'SpacePut',
    description: 'Non-empty fields overwrite the stored values. Absent fields and empty strings keep them.',
    example: { name: 'Europe' },
  }),
  patch: z.strictObject({ ...bodyShape(FIELDS, 'patch'), ...readOnly }).meta({
    title: 'SpacePatch',
    description: 'A JSON merge patch (RFC 7396).',
    example: { key: 'eu', tags: { region: null } },
  }),
} as const;

export const newSpace = (body: z.output<typeof newSpaceBody>): SpaceFields => firstValues(FIELDS, body);

export const changedSpace = (
  kind: Change,
  current: Space,
  body: z.output<(typeof spaceChanges)[Change]>,
): SpaceFields => nextValues(FIELDS, kind, current, body);

/** The values that users set, by public name. */
export const spaceFieldsJson = (space: SpaceFields) => answerJson(FIELDS, space);

export function spaceJson(space: Space, webhooks?: number): z.input<typeof spaceAnswer> {
  return {
    ...recordJson(space),
    ...answerJson(FIELDS, space),
    ...(webhooks !== undefined && { webhooks }),
  };
}
