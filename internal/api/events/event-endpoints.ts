import { z } from 'zod';
import type { Event } from '../../domain/matching/event.js';
import type { ShownEvent } from '../../store/catalog/event-row.js';
import {
  changeEvent,
  deleteEvent,
  EVENTS_ORDER,
  type EventFields,
  insertEvent,
  listEvents,
  loadEvent,
} from '../../store/catalog/events.js';
import type { EventIntake, LiveCatalog, Stores } from '../api-deps.js';
import { idPath } from '../bodies/numbers.js';
import { tagQueries } from '../bodies/tag-fields.js';
import { makeLive } from '../catalog-change.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listParts } from '../http/list-parts.js';
import { listOf, pagingOf } from '../http/paging.js';
import { eventAnswer, eventJson, eventText } from './event-answer.js';
import { makeEventBodies, newEvent, patchEvent, putEvent } from './event-bodies.js';

const event = { description: 'the event', schema: eventAnswer };
const query = z.object({ ...pagingOf(EVENTS_ORDER), tag: tagQueries });

/** A reason for a 422 that a schema cannot express. */
const SAME_SUBJECT = '`event with same event string exist`, whatever the case of its letters';

export function makeEventEndpoints(deps: Pick<Stores, 'db'> & LiveCatalog & EventIntake): readonly Endpoint[] {
  const bodies = makeEventBodies(deps.subjectRules);

  const answer = (event: Event) => eventJson(event, deps.degradationsBySubject().get(event.subject));

  /** A new subject is stored only if its messages can be received. */
  const change = (key: { id: number; userId: number }, decide: (current: Event) => EventFields) =>
    makeLive(
      deps,
      changeEvent(deps.db, key, async (current) => {
        const fields = decide(current);
        const isSame = fields.subject === current.subject && fields.publishOnly === current.publishOnly;
        if (!isSame) await deps.admitEvent(fields, current.subject);
        return fields;
      }),
    );

  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/events',
        scope: 'events:read',
        summary: 'Events, in order of their ids',
        query,
        answers: { 200: { description: 'a page of them', schema: listOf(eventAnswer) } },
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
        scope: 'events:write',
        summary: 'Register an event. Its messages are taken from this answer on, unless the answer has `degraded`',
        body: bodies.create,
        answers: { 201: event },
        refuses: ['conflict'],
        unsaid: [SAME_SUBJECT],
      },
      async ({ principal: { userId }, body }) => {
        const event = newEvent(body);
        await deps.admitEvent(event);
        const made = await makeLive(deps, insertEvent(deps.db, userId, event));
        return { status: 201, json: answer(made) };
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/events/{id}',
        scope: 'events:read',
        summary: 'One event',
        params: idPath,
        answers: { 200: event },
        refuses: ['not_found'],
      },
      async ({ params }) => ({ status: 200, json: answer(await loadEvent(deps.db, params.id)) }),
    ),
    scopedEndpoint(
      {
        method: 'put',
        path: '/events/{id}',
        scope: 'events:write',
        summary: 'Overwrite the fields that are given and not empty',
        params: idPath,
        body: bodies.put,
        answers: { 200: event },
        refuses: ['not_found', 'conflict'],
        unsaid: [SAME_SUBJECT],
      },
      async ({ principal: { userId }, params: { id }, body }) => ({
        status: 200,
        json: answer(await change({ id, userId }, (current) => putEvent(current, body))),
      }),
    ),
    scopedEndpoint(
      {
        method: 'patch',
        path: '/events/{id}',
        scope: 'events:write',
        summary: 'Change an event by a JSON merge patch',
        params: idPath,
        body: bodies.patch,
        answers: { 200: event },
        refuses: ['not_found', 'conflict'],
        unsaid: [SAME_SUBJECT],
      },
      async ({ principal: { userId }, params: { id }, body }) => ({
        status: 200,
        json: answer(await change({ id, userId }, (current) => patchEvent(current, body))),
      }),
    ),
    scopedEndpoint(
      {
        method: 'delete',
        path: '/events/{id}',
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
