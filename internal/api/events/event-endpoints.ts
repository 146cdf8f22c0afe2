import { z } from 'zod';
import type { Event, ShownEvent } from '../../store/catalog/event-row.js';
import {
  changeEvent,
  deleteEvent,
  EVENTS_ORDER,
  insertEvent,
  listEvents,
  loadEvent,
} from '../../store/catalog/events.js';
import type { EventIntake, LiveCatalog, Stores } from '../api-deps.js';
import type { Change } from '../bodies/field.js';
import { idPath } from '../bodies/numbers.js';
import { tagQueries } from '../bodies/tag-fields.js';
import { makeLive } from '../catalog-change.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listParts } from '../http/list-parts.js';
import { listOf, pagingOf } from '../http/paging.js';
import { eventAnswer, eventJson, eventText } from './event-answer.js';
import { makeEventBodies } from './event-bodies.js';

const event = { description: 'The event.', schema: eventAnswer };
const query = z.object({ ...pagingOf(EVENTS_ORDER), tag: tagQueries });

/** A reason for a 422 that a schema cannot express. */
const SAME_SUBJECT = '`event with same event string exist`, regardless of case';

export function makeEventEndpoints(deps: Pick<Stores, 'db'> & LiveCatalog & EventIntake): readonly Endpoint[] {
  const bodies = makeEventBodies(deps.subjectRules);

  const answer = (event: Event) => eventJson(event, deps.degradationsBySubject().get(event.subject));

  /** A new subject is stored only if its messages can be received. */
  const changing = (kind: Change, summary: string) =>
    scopedEndpoint(
      {
        method: kind,
        operationId: kind === 'put' ? 'replaceEvent' : 'updateEvent',
        path: '/events/{id}',
        scope: 'events:write',
        summary,
        params: idPath,
        body: bodies[kind],
        answers: { 200: event },
        refuses: ['not_found', 'conflict'],
        unsaid: [SAME_SUBJECT],
      },
      async ({ principal: { userId }, params: { id }, body }) => {
        const changed = changeEvent(deps.db, { id, userId }, async (current) => {
          const fields = bodies.changedEvent(kind, current, body);
          const isSame = fields.subject === current.subject && fields.publishOnly === current.publishOnly;
          if (!isSame) await deps.admitEvent(fields, current.subject);
          return fields;
        });
        return { status: 200, json: answer(await makeLive(deps, changed)) };
      },
    );

  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/events',
        operationId: 'listEvents',
        scope: 'events:read',
        summary: 'List events by id',
        query,
        answers: { 200: { description: 'A page of events.', schema: listOf(eventAnswer) } },
        refuses: ['conflict'],
      },
      async ({ query: { tag, ...page } }) => {
        const list = await listEvents(deps.db, { tags: tag }, page);
        const degraded = deps.degradationsBySubject();
        const texts = (event: ShownEvent) => [eventText(event, degraded.get(event.subject))];
        return { status: 200, jsonParts: listParts(list, texts) };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/events',
        operationId: 'createEvent',
        scope: 'events:write',
        summary: 'Register an event. Its messages are accepted from this answer on, unless the answer has `degraded`',
        body: bodies.create,
        answers: { 201: event },
        refuses: ['conflict'],
        unsaid: [SAME_SUBJECT],
      },
      async ({ principal: { userId }, body }) => {
        const event = bodies.newEvent(body);
        await deps.admitEvent(event);
        const made = await makeLive(deps, insertEvent(deps.db, userId, event));
        return { status: 201, json: answer(made) };
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/events/{id}',
        operationId: 'getEvent',
        scope: 'events:read',
        summary: 'Get an event',
        params: idPath,
        answers: { 200: event },
        refuses: ['not_found'],
      },
      async ({ params }) => ({ status: 200, json: answer(await loadEvent(deps.db, params.id)) }),
    ),
    changing('put', 'Replace the given non-empty fields of an event'),
    changing('patch', 'Change an event with a JSON merge patch'),
    scopedEndpoint(
      {
        method: 'delete',
        path: '/events/{id}',
        operationId: 'deleteEvent',
        scope: 'events:write',
        summary: 'Delete an event that no webhook has',
        params: idPath,
        answers: { 200: { description: 'deleted', schema: z.null() } },
        refuses: ['not_found', 'unprocessable'],
        unsaid: ['`event is associated with some webhook`'],
      },
      async ({ principal: { userId }, params: { id } }) => {
        await makeLive(deps, deleteEvent(deps.db, { id, userId }));
        return { status: 200, json: null };
      },
    ),
  ];
}
