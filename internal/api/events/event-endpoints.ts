import { z } from 'zod';
import { auditedBy } from '../../store/audit/audited.js';
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
import { tagQueries } from '../bodies/tag-fields.js';
import { makeLive } from '../catalog-change.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listParts } from '../http/list-parts.js';
import { listOf, pagingOf } from '../http/paging.js';
import { nameQueries } from '../names/name-fields.js';
import { EVENT_PATH, eventEndpointsOf } from '../names/named-endpoints.js';
import { eventAnswer, eventJson, eventText } from './event-answer.js';
import { makeEventBodies } from './event-bodies.js';
import { subjectQueries } from './subject-queries.js';

const event = { description: 'The event.', schema: eventAnswer, hasRevision: true } as const;
const query = z.object({ ...pagingOf(EVENTS_ORDER), event: subjectQueries, tag: tagQueries, ...nameQueries });

/** A reason for a 422 that a schema cannot express. */
const SAME_SUBJECT = '`event with same event string exist`, regardless of case';

export function makeEventEndpoints(deps: Pick<Stores, 'db'> & LiveCatalog & EventIntake): readonly Endpoint[] {
  const bodies = makeEventBodies(deps.subjectRules);

  const eventEndpoint = eventEndpointsOf(deps.db);

  const answer = (status: number, event: Event) => {
    const json = eventJson(event, deps.degradationsBySubject().get(event.subject));
    return { status, json, revision: event.revision };
  };

  /** A new subject is stored only if its messages can be received. */
  const changing = (kind: Change, summary: string) =>
    eventEndpoint(
      {
        method: kind,
        operationId: kind === 'put' ? 'replaceEvent' : 'updateEvent',
        path: '/events/{id}',
        audit: 'event.update',
        scope: 'events:write',
        summary,
        ...EVENT_PATH,
        readsIfMatch: true,
        body: bodies[kind],
        anyCase: true,
        answers: { 200: event },
        refuses: ['conflict'],
        beyondSchema: [SAME_SUBJECT],
      },
      async ({ principal: { userId }, audit, id, expected, body }) => {
        const changed = changeEvent(auditedBy(deps.db, audit()), { id, userId, expected }, async (current) => {
          const fields = bodies.changedEvent(kind, current, body);
          const isSame = fields.subject === current.subject && fields.publishOnly === current.publishOnly;
          if (!isSame) await deps.admitEvent(fields, current.subject);
          return fields;
        });
        return answer(200, await makeLive(deps, changed));
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
      async ({ query: { event: subjects, tag, key, managed_by: managedBy, ...page } }) => {
        const list = await listEvents(deps.db, { subjects, tags: tag, key, managedBy }, page);
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
        audit: 'event.create',
        scope: 'events:write',
        summary: 'Register an event. Its messages are accepted from this answer on, unless the answer has `degraded`',
        body: bodies.create,
        anyCase: true,
        answers: { 201: event },
        refuses: ['conflict'],
        beyondSchema: [SAME_SUBJECT],
      },
      async ({ principal: { userId }, audit, body }) => {
        const event = bodies.newEvent(body);
        await deps.admitEvent(event);
        const made = await makeLive(deps, insertEvent(auditedBy(deps.db, audit()), userId, event));
        return answer(201, made);
      },
    ),
    eventEndpoint(
      {
        method: 'get',
        path: '/events/{id}',
        operationId: 'getEvent',
        scope: 'events:read',
        summary: 'Get an event',
        ...EVENT_PATH,
        answers: { 200: event },
      },
      async ({ id }) => answer(200, await loadEvent(deps.db, id)),
    ),
    changing('put', 'Replace the given non-empty fields of an event'),
    changing('patch', 'Change an event with a JSON merge patch'),
    eventEndpoint(
      {
        method: 'delete',
        path: '/events/{id}',
        operationId: 'deleteEvent',
        audit: 'event.delete',
        scope: 'events:write',
        summary: 'Delete an event that no webhook has',
        ...EVENT_PATH,
        readsIfMatch: true,
        answers: { 200: { description: 'The event was deleted.', schema: z.null() } },
        refuses: ['unprocessable'],
        beyondSchema: ['`event is associated with some webhook`'],
      },
      async ({ principal: { userId }, audit, id, expected }) => {
        await makeLive(deps, deleteEvent(auditedBy(deps.db, audit()), { id, userId, expected }));
        return { status: 200, json: null };
      },
    ),
  ];
}
