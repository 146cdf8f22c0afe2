import { z } from 'zod';
import { PUBLISHED_SUBJECT } from '../../domain/matching/published-subject.js';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import { MAX_DELAY_MS } from '../../domain/message/headers/due-at.js';
import { durationPattern } from '../../domain/text/duration.js';
import type { BodyForm } from '../http/endpoint.js';
import { MAX_BATCH_MESSAGES } from './batch.js';
import { jsonMessage } from './json-message.js';
import { BATCHED, STRUCTURED } from './message-form.js';
import { MAX_KEY_LENGTH } from './message-parts.js';

/*
 * The bodies of messages in the document. Only the JSON form is validated by its schema: payloads are bytes, and a
 * CloudEvent may have any attributes.
 */

const MAX_OPTION_LENGTH = 400;
const EVENT = { specversion: '1.0', id: 'order-1-created', source: '/shop', type: 'orders.created', data: { id: 1 } };

const option = (description: string, example: string, pattern?: string) =>
  z
    .string()
    .max(MAX_OPTION_LENGTH)
    .optional()
    .meta({ description, example, ...(pattern !== undefined && { pattern }) });

const NAME = '(?:[1-9][0-9]{0,8}|key:[a-z0-9][a-z0-9._/-]{0,126})';
/** A tag in a header, whose value begins with no space. */
const TAG = '^[^\\x00- :\\x7f][^:\\x00-\\x1f\\x7f]*:';
/** The headers of a request that are about its message. */
export const publishHeaders = z.object({
  'Idempotency-Key': z.string().min(1).max(MAX_KEY_LENGTH).optional().meta({
    description: 'The message is accepted once per subject and key (Nats-Msg-Id).',
    example: 'order-1-created',
  }),
  'Hukz-Event': z.string().max(MAX_SUBJECT_LENGTH).optional().meta({
    pattern: PUBLISHED_SUBJECT,
    description: 'The subject of the message. The body is then its payload, byte for byte, of any content type.',
    example: 'orders.created',
  }),
  'Hukz-Tag': option('Only webhooks with this tag get the message; repeatable.', 'app:search', TAG),
  'Hukz-Space': option(
    'Only webhooks of this space get the message: its number, or `key:<key>`.',
    '7',
    '^(?:[0-9]{1,15}|key:[a-z0-9][a-z0-9._/-]{0,126})$',
  ),
  'Hukz-Webhook': option(
    'Only these webhooks get the message; repeatable.',
    '17, key:shop/orders',
    `^${NAME}(?:, ?${NAME})*$`,
  ),
  'Hukz-Deliver-At': option('The earliest time of the delivery.', '2026-01-31T12:00:00Z'),
  'Hukz-Delay': option(
    'Time to wait before the delivery, in place of `Hukz-Deliver-At`.',
    '10m',
    durationPattern(0, MAX_DELAY_MS),
  ),
  'Hukz-No-Retry': option('With `1`, each webhook gets one attempt.', '1', '^(?:1|true)$'),
  'Hukz-Request-Id': option(
    'An id of yours, the same in the requests to all webhooks.',
    'a2b8',
    '^[!-~](?:[ -~]*[!-~])?$',
  ),
  'Hukz-Schema-Version': option('The version of the schema of the event that the payload follows.', '2'),
});

/** Those of a batch, whose messages have subjects and ids of their own. */
export const batchHeaders = publishHeaders.omit({ 'Idempotency-Key': true, 'Hukz-Event': true });

const cloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().min(1).max(MAX_KEY_LENGTH).meta({ description: 'With `source`, the id of the message.' }),
    source: z.string().min(1).max(MAX_KEY_LENGTH),
    type: z.string().min(1).max(MAX_SUBJECT_LENGTH).meta({ pattern: PUBLISHED_SUBJECT, description: 'The subject.' }),
    datacontenttype: z.string().max(MAX_OPTION_LENGTH).optional(),
    data: z.unknown().optional().meta({ description: 'The payload, as it is written here.' }),
    data_base64: z.string().max(2_000_000).optional(),
  })
  .meta({
    title: 'CloudEvent',
    description: 'A CloudEvent 1.0 in JSON. It may have other attributes.',
    additionalProperties: true,
    example: EVENT,
  });

const bytes = (maxBytes: number) =>
  z.string().max(maxBytes).meta({
    format: 'binary',
    description: 'The payload, with `Hukz-Event`; or the data of a CloudEvent in binary mode, with `ce-` headers.',
    example: '{"id":1}',
  });

export function messageForms(maxBytes: number): Readonly<Record<string, BodyForm>> {
  return {
    'application/json': { schema: jsonMessage(maxBytes) },
    [STRUCTURED]: { schema: cloudEvent },
    [BATCHED]: {
      schema: z
        .array(cloudEvent)
        .max(MAX_BATCH_MESSAGES)
        .meta({ example: [EVENT] }),
    },
    // One of the types of the next row. Generators of clients know it, and leave out what they do not know.
    'application/octet-stream': { schema: bytes(maxBytes) },
    '*/*': { schema: bytes(maxBytes) },
  };
}

export function batchForms(maxBytes: number): Readonly<Record<string, BodyForm>> {
  const message = jsonMessage(maxBytes);
  const list = z.array(message).max(MAX_BATCH_MESSAGES);
  return {
    'application/json': {
      schema: list.meta({ title: 'NewMessages', example: [{ event: 'orders.created', payload: { id: 1 } }] }),
    },
    'application/x-ndjson': { schema: message },
    [BATCHED]: {
      schema: z
        .array(cloudEvent)
        .max(MAX_BATCH_MESSAGES)
        .meta({ example: [EVENT] }),
    },
  };
}
