import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../../errors.js';
import { readBody } from '../bodies/read-body.js';
import { type Answer, type Endpoint, rawEndpoint } from '../http/endpoint.js';
import { type Arrival, admit, type MessageBodies } from './admission.js';
import { MAX_BATCH_BYTES, MAX_BATCH_MESSAGES, readBatch } from './batch.js';
import { BATCHED, bodyBytesOf, type FormName, formOf, isJsonType, makeForms, typeOf } from './message-form.js';
import { tooLarge } from './message-parts.js';
import { publishAnswer } from './publish-answer.js';
import { batchForms, batchHeaders, messageForms, publishHeaders } from './publish-document.js';
import { ACCEPTED_STATUS, type BatchLine, publishBatch, publishOne } from './publish-messages.js';
import type { RequestHead } from './request-head.js';
import { withinGrant } from './within-grant.js';

const NDJSON = /^application\/(?:x-)?(?:ndjson|jsonl|jsonlines)\s*(?:;|$)/i;
const NDJSON_TYPE = 'application/x-ndjson';
const PARTLY_STATUS = 207;
/** A larger body is read in one turn of the event loop, and accepted in another one. */
const LARGE_BODY_BYTES = 256 * 1024;

const refuses = [
  'not_found',
  'too_large',
  'unsupported_media_type',
  'unprocessable',
  'too_many',
  'unavailable',
] as const;
const beyondSchema = [
  'the subject belongs to NATS, to replies or to hukz itself',
  'another message of the subject was accepted with the id',
  'an option is given twice, in the headers of the request and in its body',
];
const meanings = {
  403: 'Publishing over HTTP is off (HTTP_PUBLISH), or the host, or the page that the request comes from, is not answered here (API_HOSTS), or hukz itself sends the request for a webhook; `source` names the header.',
  404: 'No registered event covers the subject of the message; nothing was stored.',
  413: 'The payload is larger than MESSAGE_MAX_BYTES or `limits.message_bytes` of the space, or the body is larger than its form allows; nothing was stored.',
  429: 'The intake is full (INTAKE_MAX_MESSAGES, INTAKE_MAX_BYTES), or the space that the message names exceeds `limits.messages_per_second` or `limits.pending`, and nothing was stored; `Retry-After` says in how many seconds to try again. API_RATE does not count these requests.',
  503: 'PostgreSQL, or NATS with HTTP_PUBLISH=nats, is away, and nothing was stored; or it has not confirmed the message within 10 s, and the message may have been stored: the sentence says which. The same request may succeed later, with an Idempotency-Key without a duplicate.',
} as const;

const line = z
  .object({
    status: z.int().describe('202, or the status that the message would have alone.'),
    ...publishAnswer.partial().shape,
    errors: z.array(z.object({ code: z.int(), message: z.string(), source: z.string().optional() })).optional(),
  })
  .meta({ title: 'BatchLine' });
const lines = z.array(line).max(MAX_BATCH_MESSAGES);
/** The answer to a batch of lines has a line for each. */
const byLine = { [NDJSON_TYPE]: line };

/** The endpoints by which messages come in over HTTP. */
export function makePublishEndpoints(deps: MessageBodies): readonly Endpoint[] {
  const { publishing, spaceNames } = deps;
  const { maxBytes } = publishing;
  const forms = makeForms(maxBytes);
  const { message: tooLargeSentence } = tooLarge(maxBytes);

  const one = async ({ request, head, place }: Arrival, name: Exclude<FormName, 'batched'>): Promise<Answer> => {
    const limit = { maxBytes: bodyBytesOf(name, maxBytes), place, tooLarge: tooLargeSentence };
    const body = await readBody(request.incoming, limit);
    const publication = withinGrant(forms[name](body, head), request.principal(), spaceNames);
    if (body.length > LARGE_BODY_BYTES) await setImmediate();
    return { status: ACCEPTED_STATUS, json: await publishOne(publishing, publication) };
  };

  const many = async ({ request, head, place }: Arrival, name: 'json' | 'structured'): Promise<Answer> => {
    if (head.idempotencyKey !== undefined)
      throw new AppError(
        'unprocessable',
        'a batch has no Idempotency-Key; each message has an id of its own',
        'Idempotency-Key',
      );
    const principal = request.principal();
    const limit = { maxBytes: MAX_BATCH_BYTES, place, tooLarge: `a batch has at most ${MAX_BATCH_BYTES >> 20} MiB` };
    const body = await readBody(request.incoming, limit);
    const form = (bytes: Uint8Array) => withinGrant(forms[name](bytes, head), principal, spaceNames);
    const parts = { form, maxBytes: bodyBytesOf('json', maxBytes) };
    const answers = await publishBatch(publishing, await readBatch(body, parts));
    const status = answers.every((each) => each.status === ACCEPTED_STATUS) ? ACCEPTED_STATUS : PARTLY_STATUS;
    if (!NDJSON.test(head.contentType ?? '')) return { status, json: answers };
    return { status, text: textOf(answers), type: NDJSON_TYPE };
  };

  return [
    rawEndpoint(
      {
        method: 'post',
        path: '/messages',
        operationId: 'publishMessage',
        audit: 'none',
        scope: 'messages:publish',
        isUnlimited: true,
        isFast: true,
        summary: 'Publish a message; the answer comes after its commit',
        headers: publishHeaders,
        forms: messageForms(maxBytes),
        answers: {
          [ACCEPTED_STATUS]: {
            description: 'The message was accepted. If there were several CloudEvents, each was accepted.',
            schema: publishAnswer,
          },
          [PARTLY_STATUS]: { description: 'Some of several CloudEvents were refused.', schema: lines },
        },
        refuses,
        meanings,
        beyondSchema,
      },
      (request) =>
        admit(deps, request, (arrival) => {
          const name = formOf(arrival.head);
          return name === 'batched' ? many(arrival, 'structured') : one(arrival, name);
        }),
    ),
    rawEndpoint(
      {
        method: 'post',
        path: '/messages/batch',
        operationId: 'publishMessages',
        audit: 'none',
        scope: 'messages:publish',
        isUnlimited: true,
        isFast: true,
        summary: `Publish up to ${MAX_BATCH_MESSAGES} messages in their order; each has an answer of its own`,
        headers: batchHeaders,
        forms: batchForms(maxBytes),
        answers: {
          [ACCEPTED_STATUS]: { description: 'Every message was accepted.', schema: lines, others: byLine },
          [PARTLY_STATUS]: {
            description: 'Some messages were refused; `status` says which.',
            schema: lines,
            others: byLine,
          },
        },
        refuses: refuses.filter((code) => code !== 'not_found'),
        meanings,
        beyondSchema,
      },
      (request) => admit(deps, request, (arrival) => many(arrival, batchFormOf(arrival.head))),
    ),
  ];
}

function batchFormOf(head: RequestHead): 'json' | 'structured' {
  const { contentType = '', subject, attributes } = head;
  if (subject !== undefined || attributes.length > 0)
    throw new AppError(
      'unprocessable',
      'the messages of a batch are in its body; each names its own subject',
      'Hukz-Event',
    );
  if (typeOf(head) === BATCHED) return 'structured';
  if (NDJSON.test(contentType) || isJsonType(head)) return 'json';
  throw new AppError(
    'unsupported_media_type',
    `a batch is a JSON array (application/json), one message per line (application/x-ndjson), or CloudEvents (${BATCHED})`,
  );
}

const textOf = (answers: readonly BatchLine[]) => answers.map((each) => `${JSON.stringify(each)}\n`).join('');
