import { type Parsed, parsed, refused } from '../../text/parsed.js';
import type { Header } from '../message.js';
import { headerValue } from './header-value.js';

const MAX_LENGTH = 255;
/** The value of an HTTP header is visible ASCII with inner spaces. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** Parses `Hukz-Request-Id: order-4711`, the publisher's own id of a message, which is the same at every receiver. */
export function parseRequestId(value: string): Parsed<string> {
  if (value.length <= MAX_LENGTH && VALUE.test(value)) return parsed(value);
  return refused(`an id is 1 to ${MAX_LENGTH} printable ASCII characters, with spaces only inside it`);
}

/**
 * Returns the publisher's own id of a message. A value that is not an id, which an earlier version may have stored, is
 * ignored.
 */
export function requestIdOf(headers: readonly Header[]): string | undefined {
  const value = headers.length === 0 ? undefined : headerValue(headers, 'hukz-request-id');
  const id = value === undefined ? undefined : parseRequestId(value);
  return id?.ok ? id.value : undefined;
}
