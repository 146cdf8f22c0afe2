import type { JsonMember } from '../../domain/message/json-members.js';
import type { Header } from '../../domain/message/message.js';
import type { Publication } from '../../domain/message/publication.js';
import { AppError } from '../../errors.js';
import { parseFields } from '../bodies/invalid-fields.js';
import { cutOut, membersIn, stringIn } from './cut-out.js';
import { type JsonMessage, jsonMessage } from './json-message.js';
import { makePublication } from './message-parts.js';
import { payloadIn } from './payload-in.js';
import type { RequestHead } from './request-head.js';

const LARGE = new Set(['payload', 'payload_base64']);
const NAMES = { subject: 'event', key: 'id', payload: 'payload' } as const;
const NOTHING = new Uint8Array(0);
const PLAIN_MEMBERS = 3;

/** Makes the reader of messages as JSON objects. */
export function makeJsonForm(maxBytes: number) {
  const schema = jsonMessage(maxBytes);
  return (bytes: Uint8Array, head: RequestHead): Publication => {
    const members = membersIn(bytes);
    const plain = plainMessage(bytes, members);
    if (plain) {
      const { subject, payload } = plain;
      const headers = [...head.options, ...head.trace];
      const parts = { subject, headers, payload, key: keyOf(plain, head), names: NAMES, isJson: payload.length > 0 };
      return makePublication(parts, maxBytes);
    }
    const { rest, cut } = cutOut(bytes, LARGE, members);
    const message = parseFields(schema, rest);
    const { event: subject } = message;
    const payload = payloadIn(cut, maxBytes);
    const headers = [...head.options, ...optionsOf(message), ...traceFor(message, head), ...headersOf(message)];
    const parts = { subject, headers, payload, key: keyOf(message, head), names: NAMES, isJson: cut.has('payload') };
    return makePublication(parts, maxBytes);
  };
}

interface PlainMessage {
  readonly subject: string;
  readonly id: string | undefined;
  readonly payload: Uint8Array;
}

/**
 * Reads a message that has an event, perhaps an id and a payload, and nothing else. Nearly all messages are of this
 * form, and its fields need no schema. Undefined if the message is of another form or malformed.
 */
function plainMessage(bytes: Uint8Array, members: readonly JsonMember[]): PlainMessage | undefined {
  if (members.length > PLAIN_MEMBERS) return undefined;
  let subject: string | undefined;
  let id: string | undefined;
  let payload: Uint8Array | undefined;
  for (const { name, start, end } of members) {
    const value = bytes.subarray(start, end);
    if (name === 'event' && subject === undefined) subject = stringIn(value);
    else if (name === 'id' && id === undefined) id = stringIn(value) || undefined;
    else if (name === 'payload' && payload === undefined) payload = value;
    else return undefined;
    if (name === 'event' && !subject) return undefined;
    if (name === 'id' && !id) return undefined;
  }
  return subject === undefined ? undefined : { subject, id, payload: payload ?? NOTHING };
}

/** `Idempotency-Key` and `id` are two names for one thing. */
function keyOf({ id }: { readonly id?: string | undefined }, { idempotencyKey }: RequestHead): string | undefined {
  if (id !== undefined && idempotencyKey !== undefined && id !== idempotencyKey)
    throw new AppError('unprocessable', 'id and Idempotency-Key are the same thing, and differ here', 'id');
  return id ?? idempotencyKey;
}

/** The fields of a message as the headers that a publisher of NATS would set. */
function optionsOf(message: JsonMessage): readonly Header[] {
  const options: Header[] = [];
  for (const [key, value] of Object.entries(message.tags ?? {})) options.push(['Hukz-Tag', `${key}:${value}`]);
  if (message.space !== undefined) options.push(['Hukz-Space', String(message.space)]);
  if (message.webhooks !== undefined) options.push(['Hukz-Webhook', message.webhooks.join()]);
  if (message.deliver_at !== undefined) options.push(['Hukz-Deliver-At', message.deliver_at]);
  if (message.delay !== undefined) options.push(['Hukz-Delay', message.delay]);
  if (message.retry === false) options.push(['Hukz-No-Retry', '1']);
  if (message.request_id !== undefined) options.push(['Hukz-Request-Id', message.request_id]);
  if (message.schema_version !== undefined) options.push(['Hukz-Schema-Version', message.schema_version]);
  return options;
}

function headersOf({ headers = {} }: JsonMessage): readonly Header[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : value.map((each) => [name, each] as const),
  );
}

/** The trace of the request, unless the message names one of its own. */
function traceFor({ headers = {} }: JsonMessage, { trace }: RequestHead): readonly Header[] {
  const isOwn = Object.keys(headers).some((name) => name.toLowerCase() === 'traceparent');
  return isOwn ? [] : trace;
}
