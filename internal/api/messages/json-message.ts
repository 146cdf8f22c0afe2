import { z } from 'zod';
import { PUBLISHED_SUBJECT } from '../../domain/matching/published-subject.js';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import { MAX_DELAY_MS } from '../../domain/message/headers/due-at.js';
import { RESERVED_PREFIXES } from '../../domain/message/publication.js';
import { MAX_VERSION_LENGTH, SCHEMA_VERSION, SCHEMA_VERSION_PROBLEM } from '../../domain/schema/schema-version.js';
import { durationPattern, formatDuration } from '../../domain/text/duration.js';
import { boundedList, boundedRecord, boundedText } from '../bodies/bounds.js';
import { tags } from '../bodies/tag-fields.js';
import { spaceName, webhookName } from '../names/reference.js';
import { MAX_KEY_LENGTH } from './message-parts.js';
import { payloadInBase64 } from './payload-in.js';

const MAX_HEADERS = 100;
const MAX_NAME_LENGTH = 128;
const MAX_VALUE_LENGTH = 4096;
const MAX_VALUES = 20;
const MAX_REQUEST_ID_LENGTH = 255;
const MAX_WEBHOOKS = 1000;
/** The names of our own headers, for which the body has fields, in any case. */
const OURS = RESERVED_PREFIXES.map((prefix) =>
  prefix.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`),
).join('|');
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

const headerName = boundedText(MAX_NAME_LENGTH).regex(
  new RegExp(`^(?!${OURS})${TOKEN}$`),
  'the name of a header is a token such as X-Team; what Hukz-… and Nats-… headers say has fields of its own',
);
/** The characters that a header of NATS cannot carry. */
const CONTROLS = String.raw`\u0000-\u001f\u007f`;
const SENDABLE = new RegExp(`^[^${CONTROLS}]*$`);
const CONTROL = 'may not contain control characters';
const headerValue = boundedText(MAX_VALUE_LENGTH).regex(SENDABLE, CONTROL);

const headers = boundedRecord(
  {
    key: headerName,
    value: z.union(
      [headerValue, boundedList(headerValue, MAX_VALUES)],
      'must be a string, or a list of strings for a header that is repeated',
    ),
  },
  MAX_HEADERS,
  `there are at most ${MAX_HEADERS} headers`,
).meta({
  maxProperties: MAX_HEADERS,
  description: 'Headers of the message, which webhooks can pass on (`pass_headers`).',
  example: { 'X-Team': 'payments' },
});

/** A message as JSON. The service takes `payload` out of the body as it is written, and parses the rest. */
export const jsonMessage = (maxBytes: number) =>
  z
    .strictObject({
      event: boundedText(MAX_SUBJECT_LENGTH)
        .min(1)
        .meta({ pattern: PUBLISHED_SUBJECT, description: 'The subject of the message.', example: 'orders.created' }),
      payload: z
        .unknown()
        .optional()
        .meta({
          description: `Any JSON value, delivered byte for byte as it is written here; at most ${maxBytes} bytes.`,
          example: { id: 1 },
        }),
      payload_base64: payloadInBase64(maxBytes),
      headers: headers.optional(),
      tags: tags.optional().meta({ description: 'Only webhooks with all of these tags get the message.' }),
      space: spaceName
        .optional()
        .meta({ description: 'Only webhooks of this space get the message: its number, or `key:<key>`.', example: 7 }),
      webhooks: boundedList(webhookName, MAX_WEBHOOKS)
        .optional()
        .meta({ description: 'Only these webhooks get the message: ids, or keys as `key:<key>`.', example: [1] }),
      id: boundedText(MAX_KEY_LENGTH).min(1).regex(SENDABLE, CONTROL).optional().meta({
        description: 'The same as `Idempotency-Key`: the message is accepted once per subject and id.',
        example: 'order-1-created',
      }),
      deliver_at: boundedText(64)
        .optional()
        .meta({ description: 'The earliest time of the delivery.', example: '2026-01-31T12:00:00Z' }),
      delay: boundedText(64)
        .optional()
        .meta({
          description: `Time to wait before the delivery, in place of \`deliver_at\`; at most ${formatDuration(MAX_DELAY_MS)}.`,
          example: '10m',
          pattern: durationPattern(0, MAX_DELAY_MS),
        }),
      retry: z
        .boolean()
        .optional()
        .meta({ description: 'With `false`, each webhook gets one attempt.', example: true }),
      schema_version: boundedText(MAX_VERSION_LENGTH)
        .regex(SCHEMA_VERSION, SCHEMA_VERSION_PROBLEM)
        .optional()
        .meta({ description: 'The version of the schema of the event that the payload follows.', example: '2' }),
      request_id: boundedText(MAX_REQUEST_ID_LENGTH)
        .min(1)
        .regex(/^[!-~](?:[ -~]*[!-~])?$/, 'consists of visible ASCII characters, with spaces inside only')
        .optional()
        .meta({ description: 'An id of yours, the same in the requests to all webhooks.', example: 'a2b8' }),
    })
    .meta({
      allOf: [{ not: { required: ['payload', 'payload_base64'] } }, { not: { required: ['deliver_at', 'delay'] } }],
      title: 'NewMessage',
      example: { event: 'orders.created', payload: { id: 1 }, id: 'order-1-created' },
    });

export type JsonMessage = z.output<ReturnType<typeof jsonMessage>>;
