import { z } from 'zod';
import { AppError } from '../../errors.js';
import { listEventSchemas, loadEventSchema } from '../../store/schemas/event-schemas.js';
import type { SchemaTrials, Stores } from '../api-deps.js';
import type { Endpoint } from '../http/endpoint.js';
import { EVENT_PATH, eventEndpointsOf } from '../names/named-endpoints.js';
import { TriedSchema } from './check-schema.js';
import { problems, version } from './schema-answer.js';
import { schemaField } from './schema-field.js';

const body = z
  .strictObject({
    payload: z.unknown().describe('The payload to check.'),
    version: version.optional().describe('The version. Default: the newest one.'),
    schema: schemaField.optional().describe('A schema that need not be stored, in place of a version.'),
  })
  .meta({
    not: { required: ['version', 'schema'] },
    title: 'CheckBySchema',
    example: { payload: { id: 1 }, schema: { type: 'object', required: ['id'] } },
  });

const answer = z
  .object({
    valid: z.boolean(),
    version: version.optional().describe('The version that was used; absent for a schema of the request.'),
    problems,
  })
  .meta({ title: 'CheckedBySchema' });

/** Checks a payload by a schema, and changes nothing. */
export function makeValidateEndpoint({ db, schemaTrials }: Pick<Stores, 'db'> & SchemaTrials): Endpoint {
  const textOf = async (eventId: number, asked: z.output<typeof body>) => {
    if (asked.schema !== undefined && asked.version !== undefined)
      throw new AppError('unprocessable', 'name a version or send a schema, not both', 'schema');
    if (asked.schema !== undefined) return { name: undefined, text: JSON.stringify(asked.schema) };
    const [newest] = asked.version === undefined ? await listEventSchemas(db, eventId) : [];
    const found = asked.version === undefined ? newest : await loadEventSchema(db, eventId, asked.version);
    if (!found) throw new AppError('not_found', 'the event has no schema', 'version');
    return { name: found.version, text: found.schema };
  };

  return eventEndpointsOf(db)(
    {
      method: 'post',
      path: '/events/{id}/schemas/validate',
      operationId: 'validateByEventSchema',
      audit: 'none',
      scope: 'events:read',
      summary: 'Check a payload by a schema. Nothing is stored or sent',
      ...EVENT_PATH,
      body,
      answers: { 200: { description: 'Whether the payload follows the schema.', schema: answer } },
      refuses: ['unprocessable'],
      beyondSchema: ['the schema cannot be used; `source` is the JSON pointer'],
    },
    async ({ id, body: asked }) => {
      const { name, text } = await textOf(id, asked);
      const found = await new TriedSchema(schemaTrials, text).problemsOf(Buffer.from(JSON.stringify(asked.payload)));
      const used = name === undefined ? {} : { version: name };
      return { status: 200, json: { valid: found.length === 0, ...used, problems: found } };
    },
  );
}
