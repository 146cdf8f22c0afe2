import type { Header } from './message.js';

/** Maximum size per request, names and values together. Many receivers accept 8 KiB of headers in total. */
const MAX_BYTES = 4096;
/** The value of an HTTP header is visible ASCII with inner spaces. A lone surrogate cannot be encoded at all. */
const NOT_ASCII = /[^\x20-\x7e]+/g;
const LONE_SURROGATE = /\p{Cs}/gu;

/**
 * Returns the headers of a message that a webhook asks for, as headers of its requests: name, value, name, value …
 * sorted by name, with names in lower case. Values of one name are joined by commas, and characters that are not
 * allowed in a header are percent-encoded. A header that is empty, or that exceeds the remaining room, is omitted as a
 * whole.
 */
export function passedHeaders(headers: readonly Header[], names: readonly string[]): readonly string[] {
  const values = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const [name, value] of headers) values.get(name.toLowerCase())?.push(value);
  let room = MAX_BYTES;
  return [...values].flatMap(([name, lines]) => {
    // A value that is too long already need not be encoded first.
    if (lines.some((value) => value.length > MAX_BYTES)) return [];
    const value = lines.map(clean).filter(Boolean).join(', ');
    if (value === '' || name.length + value.length > room) return [];
    room -= name.length + value.length;
    return [name, value];
  });
}

function clean(value: string): string {
  return value.trim().replace(LONE_SURROGATE, '\ufffd').replace(NOT_ASCII, encodeURIComponent);
}
