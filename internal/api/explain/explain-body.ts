import { z } from 'zod';
import { MessageView } from '../../domain/matching/message-view.js';
import { PUBLISHED_SUBJECT, parsePublishedSubject } from '../../domain/matching/published-subject.js';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import type { Header } from '../../domain/message/message.js';
import { AppError } from '../../errors.js';
import { boundedList, boundedRecord, boundedText } from '../bodies/bounds.js';
import { parseFields } from '../bodies/invalid-fields.js';
import { cutOut } from '../messages/cut-out.js';
import { payloadIn, payloadInBase64 } from '../messages/payload-in.js';
import { bodyReference, bodySpace } from '../names/reference.js';

const MAX_HEADERS = 100;
const MAX_NAME_LENGTH = 128;
const MAX_VALUE_LENGTH = 4096;
const MAX_VALUES = 100;
const MAX_PAGE = 100;
const LARGE = new Set(['payload', 'payload_base64']);

const headerValue = boundedText(MAX_VALUE_LENGTH);

/** A message, and the webhooks about which it is explained. */
export const explainBody = (maxBytes: number) =>
  z
    .strictObject({
      subject: boundedText(MAX_SUBJECT_LENGTH)
        .min(1)
        .meta({ pattern: PUBLISHED_SUBJECT, description: 'The subject of the message.', example: 'orders.created' }),
      headers: boundedRecord(
        {
          key: boundedText(MAX_NAME_LENGTH).min(1),
          value: z.union(
            [headerValue, boundedList(headerValue, MAX_VALUES)],
            'must be a string, or a list of strings for a header that is repeated',
          ),
        },
        MAX_HEADERS,
        `there are at most ${MAX_HEADERS} headers`,
      )
        .optional()
        .meta({
          maxProperties: MAX_HEADERS,
          description: 'The headers of the message, `Hukz-Tag` and its like among them.',
          example: { 'X-Region': 'eu-1' },
        }),
      payload: z
        .unknown()
        .optional()
        .meta({
          description: `Any JSON value, read as it is written here; at most ${maxBytes} bytes.`,
          example: { order: { amount: 99 } },
        }),
      payload_base64: payloadInBase64(maxBytes),
      webhook: bodyReference.optional().describe('Only this webhook: its id, or `key:<key>`.'),
      space: bodySpace.optional().describe('Only webhooks of this space: its number, or `key:<key>`.'),
      fires: z.boolean().optional().describe('Only webhooks that fire, or only those that do not.'),
      limit: z.int().min(1).max(MAX_PAGE).default(MAX_PAGE),
      cursor: boundedText(10)
        .regex(/^[1-9][0-9]{0,9}$/, 'must be the next_cursor of a page of this list')
        .optional()
        .describe('The `next_cursor` of the previous page.'),
    })
    .meta({
      not: { required: ['payload', 'payload_base64'] },
      title: 'ExplainMessage',
      example: { subject: 'orders.created', payload: { order: { amount: 99 } } },
    });

export type ExplainBody = Omit<z.output<ReturnType<typeof explainBody>>, 'payload' | 'payload_base64'>;

/** Reads the body of a request. The payload is taken as it is written. @throws {AppError} `unprocessable` */
export function makeReadExplainBody(maxBytes: number) {
  const schema = explainBody(maxBytes);
  return (
    bytes: Uint8Array,
  ): { readonly asked: ExplainBody; readonly message: MessageView; readonly payload: Uint8Array } => {
    const { rest, cut } = cutOut(bytes, LARGE);
    const asked = parseFields(schema, rest);
    const subject = parsePublishedSubject(asked.subject);
    if (!subject.ok) throw new AppError('unprocessable', subject.problem, 'subject');
    const payload = payloadIn(cut, maxBytes);
    return { asked, payload, message: new MessageView(subject.value, headersOf(asked), payload, Date.now()) };
  };
}

function headersOf({ headers = {} }: ExplainBody): readonly Header[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : value.map((each) => [name, each] as const),
  );
}
