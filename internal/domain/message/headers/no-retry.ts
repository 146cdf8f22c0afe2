import { type Parsed, parsed, refused } from '../../text/parsed.js';
import type { Header } from '../message.js';
import { headerValue } from './header-value.js';

const VALUE = /^(?:1|true)$/i;

/** Parses `Hukz-No-Retry: 1`, by which a publisher asks for one attempt of each delivery. */
export function parseNoRetry(value: string): Parsed<true> {
  return VALUE.test(value) ? parsed(true) : refused('write 1 or true, or leave the header out to get retries');
}

/** Whether the deliveries of a message have one attempt each. The stored headers answer it, so there is no column. */
export function hasNoRetry(headers: readonly Header[]): boolean {
  const value = headers.length === 0 ? undefined : headerValue(headers, 'hukz-no-retry');
  return value !== undefined && parseNoRetry(value).ok;
}
