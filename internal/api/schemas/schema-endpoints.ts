import { z } from 'zod';
import { auditedBy } from '../../store/audit/audited.js';
import {
  changeEventSchema,
  deleteEventSchema,
  type EventSchema,
  insertEventSchema,
  listEventSchemas,
  loadEventSchema,
  MAX_VERSIONS,
} from '../../store/schemas/event-schemas.js';
import type { LiveCatalog, SchemaTrials, Stores } from '../api-deps.js';
import { makeLive } from '../catalog-change.js';
import type { Endpoint } from '../http/endpoint.js';
import { EVENT_PATH, eventEndpointsOf } from '../names/named-endpoints.js';
import { TriedSchema } from './check-schema.js';
import { broken, mode, schemaAnswer, schemaJson, version } from './schema-answer.js';
import { schemaField } from './schema-field.js';
import { makeValidateEndpoint } from './validate-endpoint.js';

const describedSchema = schemaField.meta({
  description:
    'JSON Schema 2020-12, or draft-07 if `$schema` says so. `$ref` begins with `#`, and patterns are those of RE2. ' +
    '`format` is an annotation.',
  example: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
});
const example = z.unknown().optional().describe('A payload that follows the schema.');

const newSchema = z
  .strictObject({
    schema: describedSchema,
    version: version.optional().describe('The name of the version. Default: the next number.'),
    example,
    mode: mode.default('off'),
  })
  .meta({
    title: 'NewEventSchema',
    example: { schema: { type: 'object', required: ['id'] }, example: { id: 1 }, mode: 'warn' },
  });
const changes = z
  .strictObject({ mode: mode.optional(), example: example.describe('`null` removes it.') })
  .meta({ title: 'EventSchemaPatch', example: { mode: 'reject' } });
const versionPath = z.object({ ...EVENT_PATH.params.shape, version });
const answer = { description: 'The version.', schema: schemaAnswer, hasRevision: true } as const;

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

type Deps = Pick<Stores, 'db'> & LiveCatalog & SchemaTrials;

export function makeSchemaEndpoints(deps: Deps): readonly Endpoint[] {
  const eventEndpoint = eventEndpointsOf(deps.db);
  const answerWith = (status: number, schema: EventSchema, more: object = {}) => ({
    status,
    json: { ...schemaJson(schema), ...more },
    revision: schema.revision,
  });

  /** The examples of other versions that break a new one. */
  const brokenExamples = async (tried: TriedSchema, others: readonly EventSchema[]) => {
    const examples: { version: string; problems: { at: string; problem: string }[] }[] = [];
    for (const { version: name, example: text } of others) {
      const found = text === undefined ? [] : await tried.problemsOf(Buffer.from(text));
      if (found.length > 0) examples.push({ version: name, problems: [...found] });
    }
    return examples;
  };

  return [
    eventEndpoint(
      {
        method: 'post',
        path: '/events/{id}/schemas',
        operationId: 'createEventSchema',
        audit: 'event.update',
        scope: 'events:write',
        summary: 'Add a version of the schema of an event',
        ...EVENT_PATH,
        body: newSchema,
        answers: {
          201: {
            description: 'The version, and the examples of other versions that break it.',
            schema: schemaAnswer.extend({ breaks: broken }),
            hasRevision: true,
          },
        },
        refuses: ['unprocessable'],
        beyondSchema: [
          'the schema cannot be used; `source` is the JSON pointer',
          'the example breaks the schema',
          `the event has the version already, or ${MAX_VERSIONS} versions`,
        ],
      },
      async ({ principal: { userId }, audit, id: eventId, body }) => {
        const schema = JSON.stringify(body.schema);
        const tried = new TriedSchema(deps.schemaTrials, schema);
        await tried.requireUsable('schema');
        if (body.example !== undefined) await tried.requireValid('example', bytesOf(body.example));
        const examples = await brokenExamples(tried, await listEventSchemas(deps.db, eventId));
        const fresh = {
          eventId,
          userId,
          schema,
          version: body.version,
          mode: body.mode,
          example: body.example === undefined ? undefined : JSON.stringify(body.example),
        };
        const made = await makeLive(deps, insertEventSchema(auditedBy(deps.db, audit()), fresh));
        return answerWith(201, made, { breaks: { examples } });
      },
    ),
    eventEndpoint(
      {
        method: 'get',
        path: '/events/{id}/schemas',
        operationId: 'listEventSchemas',
        scope: 'events:read',
        summary: 'List the versions of the schema of an event, newest first',
        ...EVENT_PATH,
        answers: { 200: { description: 'All versions.', schema: z.object({ nodes: z.array(schemaAnswer) }) } },
      },
      async ({ id }) => ({
        status: 200,
        json: { nodes: (await listEventSchemas(deps.db, id)).map(schemaJson) },
      }),
    ),
    makeValidateEndpoint(deps),
    eventEndpoint(
      {
        method: 'get',
        path: '/events/{id}/schemas/{version}',
        operationId: 'getEventSchema',
        scope: 'events:read',
        summary: 'Get a version of the schema of an event',
        params: versionPath,
        answers: { 200: answer },
      },
      async ({ id, params }) => answerWith(200, await loadEventSchema(deps.db, id, params.version)),
    ),
    eventEndpoint(
      {
        method: 'patch',
        path: '/events/{id}/schemas/{version}',
        operationId: 'updateEventSchema',
        audit: 'event.update',
        scope: 'events:write',
        summary: 'Change the mode, or the example, of a version',
        params: versionPath,
        readsIfMatch: true,
        body: changes,
        answers: { 200: answer },
        refuses: ['unprocessable'],
        beyondSchema: ['the example breaks the schema'],
      },
      async ({ principal: { userId }, audit, id: eventId, params, expected, body }) => {
        const { schema } = await loadEventSchema(deps.db, eventId, params.version);
        const isGiven = body.example !== undefined && body.example !== null;
        if (isGiven) await new TriedSchema(deps.schemaTrials, schema).requireValid('example', bytesOf(body.example));
        const change = { eventId, version: params.version, userId, expected };
        const fields = { mode: body.mode, example: isGiven ? JSON.stringify(body.example) : nullOrKept(body.example) };
        return answerWith(200, await makeLive(deps, changeEventSchema(auditedBy(deps.db, audit()), change, fields)));
      },
    ),
    eventEndpoint(
      {
        method: 'delete',
        path: '/events/{id}/schemas/{version}',
        operationId: 'deleteEventSchema',
        audit: 'event.update',
        scope: 'events:write',
        summary: 'Delete a version. Messages that wait in quarantine stay there',
        params: versionPath,
        readsIfMatch: true,
        answers: {
          200: {
            description: 'The version is deleted. Other versions, and messages in quarantine, stay.',
            schema: z.null(),
          },
        },
      },
      async ({ principal: { userId }, audit, id: eventId, params, expected }) => {
        const change = { eventId, version: params.version, userId, expected };
        await makeLive(deps, deleteEventSchema(auditedBy(deps.db, audit()), change));
        return { status: 200, json: null };
      },
    ),
  ];
}

const nullOrKept = (example: unknown) => (example === null ? null : undefined);
