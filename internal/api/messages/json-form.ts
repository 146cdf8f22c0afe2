import type { Header } from '../../domain/message/message.js';
import type { Publication } from '../../domain/message/publication.js';
import { AppError } from '../../errors.js';
import { parseFields } from '../bodies/invalid-fields.js';
import { bytesIn, cutOut, stringIn } from './cut-out.js';
import { type JsonMessage, jsonMessage } from './json-message.js';
import { makePublication, tooLarge } from './message-parts.js';
import type { RequestHead } from './request-head.js';

const LARGE = new Set(['payload', 'payload_base64']);
const NAMES = { subject: 'event', key: 'id', payload: 'payload' } as const;
const NOTHING = new Uint8Array(0);

/** Makes the reader of messages as JSON objects. */
export function makeJsonForm(maxBytes: number) {
  const schema = jsonMessage(maxBytes);
  return (bytes: Uint8Array, head: RequestHead): Publication => {
    const { rest, cut } = cutOut(bytes, LARGE);
    const message = parseFields(schema, rest);
    const payload = payloadOf(cut, maxBytes);
    const { event: subject } = message;
    const key = keyOf(message, head);
    const headers = [...head.options, ...optionsOf(message), ...traceFor(message, head), ...headersOf(message)];
    return makePublication({ subject, headers, payload, key, names: NAMES }, maxBytes);
  };
}

function payloadOf(cut: ReadonlyMap<string, Uint8Array>, maxBytes: number): Uint8Array {
  const json = cut.get('payload');
  const base64 = cut.get('payload_base64');
  if (base64 === undefined) return json ?? NOTHING;
  if (json !== undefined)
    throw new AppError('unprocessable', 'a message has payload or payload_base64, not both', 'payload_base64');
  // Without this, a body may be decoded that is far too large.
  if (base64.length > 2 * maxBytes + 1024) throw tooLarge(maxBytes, 'payload_base64');
  const text = stringIn(base64);
  const payload = text === undefined ? undefined : bytesIn(text);
  if (!payload) throw new AppError('unprocessable', 'payload_base64 must be a string in base64', 'payload_base64');
  return payload;
}

/** `Idempotency-Key` and `id` are two names for one thing. */
function keyOf({ id }: JsonMessage, { idempotencyKey }: RequestHead): string | undefined {
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
