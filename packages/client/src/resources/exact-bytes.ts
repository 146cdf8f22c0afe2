import { fromBase64 } from '../base64.js';
import { bytesAt } from '../json-bytes.js';

/** Adds bytes that are looked up when they are read. They are not enumerable, so that JSON and copies lack them. */
export function withBytes<T extends object, Name extends string, Bytes>(
  target: T,
  name: Name,
  read: () => Bytes,
): T & { readonly [N in Name]: Bytes } {
  return Object.defineProperty(target, name, { get: read, enumerable: false }) as T & { readonly [N in Name]: Bytes };
}

const EMPTY = new Uint8Array();

/** The payload of a stored message: what is written in the answer, or what it has in base64. */
export function exactPayload({ payload_base64: base64 }: { readonly payload_base64?: string }, answer: Uint8Array) {
  return base64 === undefined ? (bytesAt(answer, ['payload']) ?? EMPTY) : fromBase64(base64);
}

/** The part of an answer that contains the body of a request to a receiver. */
interface SentBody {
  readonly data?: unknown;
  readonly data_encoding?: 'base64';
}

/**
 * The body that was sent, byte for byte. Undefined if retention has deleted the message.
 * @param path where in the answer the body is
 */
export function exactBody(
  { data, data_encoding: encoding }: SentBody,
  answer: Uint8Array,
  path: readonly string[],
): Uint8Array | undefined {
  if (data === null || data === undefined) return undefined;
  return encoding === 'base64' ? fromBase64(String(data)) : bytesAt(answer, path);
}
