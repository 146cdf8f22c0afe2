import type { Header } from '../message.js';

/** Returns the first value of a header. The name is given in lower case, and may have any case in the message. */
export function headerValue(headers: readonly Header[], name: string): string | undefined {
  for (const [headerName, value] of headers)
    if (headerName.length === name.length && headerName.toLowerCase() === name) return value;
  return undefined;
}
