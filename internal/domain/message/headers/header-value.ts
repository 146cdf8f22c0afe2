import type { Header } from '../message.js';

/** Returns the first value of a header. The name is given in lower case, and may have any case in the message. */
export function headerValue(headers: readonly Header[], name: string): string | undefined {
  for (const [given, value] of headers) if (given.length === name.length && given.toLowerCase() === name) return value;
  return undefined;
}
