import { randomFillSync } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { makeUuids } from '../../domain/message/uuid.js';
import { writeEventId, writeRowId } from '../../domain/webhooks-rs/object-id.js';
import { AppError } from '../../errors.js';
import { requireScope } from '../../identity/principal.js';
import { auditedBy } from '../../store/audit/audited.js';
import type { Space } from '../../store/spaces/space-row.js';
import type { EventIntake, LiveCatalog, Stores } from '../api-deps.js';
import { parseFields } from '../bodies/invalid-fields.js';
import { requireJsonType } from '../bodies/json-body.js';
import { readBody } from '../bodies/read-body.js';
import { unknownFields } from '../bodies/read-only-fields.js';
import { type Endpoint, parsePath, rawEndpoint } from '../http/endpoint.js';
import { type Arrival, admit, type MessageBodies } from '../messages/admission.js';
import { cutOut } from '../messages/cut-out.js';
import { bodyBytesOf } from '../messages/message-form.js';
import { makePublication, tooLarge } from '../messages/message-parts.js';
import type { Published } from '../messages/publish-answer.js';
import { publishHeaders } from '../messages/publish-document.js';
import { publishOne } from '../messages/publish-messages.js';
import type { RequestHead } from '../messages/request-head.js';
import { requireSubject } from '../messages/within-grant.js';
import type { Protocol } from '../protocols/protocol.js';
import { applicationPath, requireApplication, shownId } from './application.js';
import { registerTopic, topicName } from './topics.js';

const PAYLOAD: ReadonlySet<string> = new Set(['payload']);
const SPACE = 'Hukz-Space';
const NAMES = { subject: 'topic', key: 'Idempotency-Key', payload: 'payload' } as const;

const eventAnswer = z
  .object({ id: shownId('evt', 'The id. Its last 16 bytes are the id of the message that the event is.') })
  .meta({ title: 'ApplicationEvent' });

const headers = publishHeaders.omit({ 'Hukz-Event': true, 'Hukz-Space': true });

const meanings = {
  403: 'Publishing over HTTP is off (HTTP_PUBLISH), or the host, or the page that the request comes from, is not answered here (API_HOSTS), or hukz itself sends the request for a webhook.',
  404: 'There is no such application.',
  413: 'The payload is larger than MESSAGE_MAX_BYTES or `limits.message_bytes` of the space, or the body is larger than its form allows; nothing was stored.',
  429: 'The intake is full, or the space exceeds one of its limits, and nothing was stored; `Retry-After` says in how many seconds to try again. API_RATE does not count these requests.',
} as const;

type Deps = Pick<Stores, 'db'> & LiveCatalog & EventIntake & MessageBodies;

/** Events of webhooks-rs: messages into the space of their application. */
export function makeEventEndpoint(deps: Deps, protocol: Protocol): Endpoint {
  const { db, publishing } = deps;
  const { maxBytes } = publishing;
  /** The payload is cut out of the body, and replaced by a string. */
  const withoutPayload = z.object({ topic: topicName, payload: z.string() });
  const newEventBody = z.object({ topic: topicName, payload: z.unknown() }).meta({
    title: 'NewApplicationEvent',
    description: `\`payload\` is any JSON value of at most ${maxBytes} bytes, delivered byte for byte as it is written.`,
    example: { topic: 'contact.created', payload: { foo: 'bar' } },
  });
  const uuidOf = makeUuids(randomFillSync);

  const readEvent = async ({ request, place }: Arrival) => {
    requireJsonType(request.incoming);
    const limit = { maxBytes: bodyBytesOf('json', maxBytes), place, tooLarge: tooLarge(maxBytes).message };
    const bytes = await readBody(request.incoming, limit);
    const { rest, cut } = cutOut(bytes, PAYLOAD);
    const event = parseFields(withoutPayload, rest);
    request.onIgnored(unknownFields(withoutPayload, rest));
    await setImmediate();
    return { topic: event.topic, payload: cut.get('payload') ?? new Uint8Array(0) };
  };

  const publish = async (arrival: Arrival): Promise<Published> => {
    const { request, head } = arrival;
    const principal = request.principal();
    const space = await requireApplication(db, principal, parsePath(applicationPath, request.params).app_id);
    const { topic: subject, payload } = await readEvent(arrival);
    requireSubject(subject, principal);
    const publication = makePublication({ subject, payload, ...partsOf(head, space), names: NAMES }, maxBytes);
    try {
      return await publishOne(publishing, publication);
    } catch (error) {
      // No event covers the topic. An application may publish before it has an endpoint.
      if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
      requireScope(principal, 'events:write');
      await registerTopic({ ...deps, db: auditedBy(db, request.audit()) }, principal.userId, subject);
      return publishOne(publishing, publication);
    }
  };

  return rawEndpoint(
    {
      method: 'post',
      path: '/application/{app_id}/event',
      operationId: 'createApplicationEvent',
      audit: 'event.create',
      protocol,
      scope: 'messages:publish',
      isUnlimited: true,
      summary:
        'Create an event (webhooks-rs): a message into the space of the application; the answer follows its commit',
      params: applicationPath,
      headers,
      forms: { 'application/json': { schema: newEventBody } },
      answers: { 200: { description: 'The event was accepted.', schema: eventAnswer } },
      refuses: ['not_found', 'too_large', 'unprocessable', 'too_many'],
      meanings,
    },
    async (request) => {
      const { message_id } = await admit(deps, request, publish);
      return { status: 200, json: { id: writeEventId(message_id ?? uuidOf(Date.now())) } };
    },
  );
}

/** The headers of the message, and its id, which is remembered per application. */
function partsOf({ subject, options, trace, named, idempotencyKey }: RequestHead, space: Space) {
  const taken = subject === undefined ? options.find(([name]) => name === SPACE)?.[0] : 'Hukz-Event';
  if (taken !== undefined)
    throw new AppError('unprocessable', `the topic and the application take the place of ${taken}`, taken);
  const headers = [[SPACE, String(space.id)] as const, ...options, ...trace, ...named];
  return { headers, key: idempotencyKey && `${writeRowId('app', space)} ${idempotencyKey}` };
}
