import type { Header } from '../../domain/message/message.js';
import type { Publication } from '../../domain/message/publication.js';
import { AppError } from '../../errors.js';
import { bytesIn, cutOut, stringIn } from './cut-out.js';
import { makePublication } from './message-parts.js';
import type { RequestHead } from './request-head.js';

/*
 * CloudEvents 1.0 become what CloudEvents' own binding to NATS makes of them: the data is the payload, and each
 * attribute is a header `ce-<name>`. `type` is the subject, and `source` with `id` the id of the message.
 */

const LARGE = new Set(['data', 'data_base64']);
const NAMES = { subject: 'type', key: 'id', payload: 'data' } as const;
const ATTRIBUTE = /^[a-z0-9]{1,64}$/;
const JSON_TYPE = /^[^;]*[/+]json\s*(?:;|$)/i;
const NOTHING = new Uint8Array(0);

type Attributes = ReadonlyMap<string, string>;

/** Reads a CloudEvent in binary mode: its attributes are headers of the request. */
export function binaryEvent(payload: Uint8Array, head: RequestHead, maxBytes: number): Publication {
  const attributes = new Map(head.attributes.map(([name, value]) => [name.slice('ce-'.length), unescaped(value)]));
  if (attributes.size < head.attributes.length)
    throw new AppError('unprocessable', 'an attribute of a CloudEvent may be given once', 'ce-specversion');
  return toPublication({ attributes, payload, type: head.contentType, head }, maxBytes);
}

/** Reads a CloudEvent in structured mode: the body contains the attributes and the data. */
export function structuredEvent(bytes: Uint8Array, head: RequestHead, maxBytes: number): Publication {
  const { rest, cut } = cutOut(bytes, LARGE);
  const attributes = new Map<string, string>();
  for (const [name, value] of Object.entries(rest)) {
    if (LARGE.has(name) || value === null) continue;
    if (!ATTRIBUTE.test(name))
      throw new AppError('unprocessable', 'the name of an attribute consists of a-z and 0-9', name.slice(0, 64));
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw new AppError('unprocessable', `${name} must be a string, a number or a boolean`, name);
    attributes.set(name, String(value));
  }
  const type = attributes.get('datacontenttype');
  attributes.delete('datacontenttype');
  return toPublication({ attributes, payload: dataOf(cut, type), type: type ?? 'application/json', head }, maxBytes);
}

/** Data of a JSON type is the value as it is written. Data of another type is written as a string, or in base64. */
function dataOf(cut: ReadonlyMap<string, Uint8Array>, type = 'application/json'): Uint8Array {
  const data = cut.get('data');
  const base64 = cut.get('data_base64');
  if (data !== undefined && base64 !== undefined)
    throw new AppError('unprocessable', 'a CloudEvent has data or data_base64, not both', 'data_base64');
  if (base64 !== undefined) {
    const bytes = bytesIn(stringIn(base64) ?? '?');
    if (!bytes) throw new AppError('unprocessable', 'data_base64 must be a string in base64', 'data_base64');
    return bytes;
  }
  if (data === undefined) return NOTHING;
  const text = JSON_TYPE.test(type) ? undefined : stringIn(data);
  return text === undefined ? data : Buffer.from(text);
}

interface EventParts {
  readonly attributes: Attributes;
  readonly payload: Uint8Array;
  readonly type: string | undefined;
  readonly head: RequestHead;
}

function toPublication({ attributes, payload, type, head }: EventParts, maxBytes: number): Publication {
  if (attributes.get('specversion') !== '1.0')
    throw new AppError('unprocessable', 'specversion must be 1.0', 'specversion');
  const id = required(attributes, 'id');
  const source = required(attributes, 'source');
  const headers: Header[] = [...head.options];
  if (type !== undefined) headers.push(['Content-Type', type]);
  for (const [name, value] of attributes) headers.push([`ce-${name}`, escaped(value)]);
  headers.push(...head.trace, ...head.named);
  const key = head.idempotencyKey ?? `${escaped(source)} ${escaped(id)}`;
  return makePublication({ subject: required(attributes, 'type'), headers, payload, key, names: NAMES }, maxBytes);
}

function required(attributes: Attributes, name: string): string {
  const value = attributes.get(name);
  if (!value) throw new AppError('unprocessable', `a CloudEvent has the attribute ${name}`, name);
  return value;
}

/** The binding to HTTP escapes spaces, quotes, percent signs and everything that is not visible ASCII. */
function escaped(value: string): string {
  return value.replaceAll(/[^!#-$&-~]/gu, (character) =>
    character.length === 1 && /\p{Surrogate}/u.test(character) ? '%EF%BF%BD' : encodeURIComponent(character),
  );
}

function unescaped(value: string): string {
  const text = value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
