import type { Publication } from '../../domain/message/publication.js';
import { AppError } from '../../errors.js';
import { binaryEvent, structuredEvent } from './cloudevents-form.js';
import { makeJsonForm } from './json-form.js';
import { rawMessage } from './raw-form.js';
import type { RequestHead } from './request-head.js';

/** How a request contains its message, or its messages. */
export type FormName = 'json' | 'raw' | 'binary' | 'structured' | 'batched';

export const STRUCTURED = 'application/cloudevents+json';
export const BATCHED = 'application/cloudevents-batch+json';
const JSON_TYPE = 'application/json';
/** The types that `curl -d` and old scripts send with JSON. */
const OTHER_TYPES: ReadonlySet<string> = new Set(['', 'text/plain', 'application/x-www-form-urlencoded']);
/** A body of JSON has room for a payload in base64, and for the other members. */
const ROOM_FOR_MEMBERS = 64 * 1024;

export function formOf(head: RequestHead): FormName {
  const { subject, attributes } = head;
  const named = typeOf(head);
  const isEvent = named.startsWith('application/cloudevents');
  if (subject !== undefined && (isEvent || attributes.length > 0))
    throw new AppError(
      'unprocessable',
      'the type of a CloudEvent is its subject, so Hukz-Event may not be given',
      'Hukz-Event',
    );
  if (subject !== undefined) return 'raw';
  if (named === STRUCTURED) return 'structured';
  if (named === BATCHED) return 'batched';
  if (attributes.length > 0) return 'binary';
  if (isJsonType(head)) return 'json';
  throw new AppError(
    'unsupported_media_type',
    `a message is JSON (application/json), a CloudEvent (${STRUCTURED}), or any bytes with the header Hukz-Event`,
  );
}

/** The content type without its parameters, in lower case. It is empty if the request names none. */
export function typeOf({ contentType = '' }: RequestHead): string {
  const [type = ''] = contentType.toLowerCase().split(';');
  return type.trim();
}

/**
 * Whether a body has to be JSON. A page of another site may send the other types without asking hukz first (a "simple
 * request"), so they are for programs only.
 */
export function isJsonType(head: RequestHead): boolean {
  const type = typeOf(head);
  return type === JSON_TYPE || (!head.isFromPage && OTHER_TYPES.has(type));
}

export type MessageForm = (bytes: Uint8Array, head: RequestHead) => Publication;

export function makeForms(maxBytes: number): Readonly<Record<Exclude<FormName, 'batched'>, MessageForm>> {
  return {
    json: makeJsonForm(maxBytes),
    raw: (bytes, head) => rawMessage(bytes, head, maxBytes),
    binary: (bytes, head) => binaryEvent(bytes, head, maxBytes),
    structured: (bytes, head) => structuredEvent(bytes, head, maxBytes),
  };
}

/** Maximum size of a body that contains one message. */
export function bodyBytesOf(form: FormName, maxBytes: number): number {
  const isPayload = form === 'raw' || form === 'binary';
  return isPayload ? maxBytes : Math.ceil(maxBytes / 3) * 4 + ROOM_FOR_MEMBERS;
}
