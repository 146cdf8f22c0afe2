import { z } from 'zod';
import { SCHEMA_MODES, type SchemaProblem } from '../../domain/schema/event-schema.js';
import { MAX_VERSION_LENGTH, SCHEMA_VERSION, SCHEMA_VERSION_PROBLEM } from '../../domain/schema/schema-version.js';
import type { EventSchema } from '../../store/schemas/event-schemas.js';
import { boundedText } from '../bodies/bounds.js';
import { userId } from '../bodies/numbers.js';

export const version = boundedText(MAX_VERSION_LENGTH).regex(SCHEMA_VERSION, SCHEMA_VERSION_PROBLEM);

export const mode = z.enum(SCHEMA_MODES).meta({
  description:
    'The outcome for a message that breaks the schema. `off`: messages are not checked. `warn`: it is accepted, ' +
    'counted and logged. `reject`: it is refused; if its publisher gets no answer, it is put into quarantine. ' +
    '`quarantine`: it waits until it is released or discarded.',
});

export const problem = z
  .object({
    at: z.string().describe('A JSON pointer. The empty text is the whole.').meta({ example: '/order/amount' }),
    problem: z.string(),
  })
  .meta({ title: 'SchemaProblem' });

export const problems = z.array(problem).describe('At most 20 problems.');

export const schemaAnswer = z
  .object({
    version,
    mode,
    schema: z.unknown().describe('The JSON Schema. It never changes: add a version in place of it.'),
    example: z.unknown().optional().describe('A payload that follows the schema.'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    created_by_id: userId,
    updated_by_id: userId,
    revision: z.int().min(1).describe('Counts the changes, from 1. It is also the `ETag`, for `If-Match`.'),
  })
  .meta({ title: 'EventSchema' });

export const schemaJson = (schema: EventSchema): z.input<typeof schemaAnswer> => ({
  version: schema.version,
  mode: schema.mode,
  schema: JSON.parse(schema.schema),
  ...(schema.example !== undefined && { example: JSON.parse(schema.example) }),
  created_at: schema.createdAt.toISOString(),
  updated_at: schema.updatedAt.toISOString(),
  created_by_id: schema.createdById,
  updated_by_id: schema.updatedById,
  revision: schema.revision,
});

export const broken = z
  .object({ examples: z.array(z.object({ version, problems })).describe('Examples of other versions that break it.') })
  .meta({ title: 'BrokenByAnEventSchema' });

export const problemJson = ({ at, problem: sentence }: SchemaProblem) => ({ at, problem: sentence });
