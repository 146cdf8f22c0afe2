import type { Header } from './message.js';

/** In one request, names and values together: many receivers take 8 KiB of headers in all. */
const MAX_BYTES = 4096;
/** A value of an HTTP header is visible ASCII with spaces inside; a lone surrogate has no encoding at all. */
const NOT_ASCII = /[^\x20-\x7e]+/g;
const LONE_SURROGATE = /\p{Cs}/gu;

/**
 * Headers of a message that a webhook wants, as headers of its requests: name, value, name, value … in the order of the
 * names, which are in lower case. Values of one name are joined by commas; what no header can carry is percent-encoded; a
 * header that is empty, or goes beyond what fits, is left out as a whole.
 */
export function passedHeaders(headers: readonly Header[], names: readonly string[]): readonly string[] {
  const values = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const [name, value] of headers) values.get(name.toLowerCase())?.push(value);
  let room = MAX_BYTES;
  return [...values].flatMap(([name, given]) => {
    // One that is too long as it stands need not be encoded first.
    if (given.some((value) => value.length > MAX_BYTES)) return [];
    const value = given.map(clean).filter(Boolean).join(', ');
    if (value === '' || name.length + value.length > room) return [];
    room -= name.length + value.length;
    return [name, value];
  });
}

function clean(value: string): string {
  return value.trim().replace(LONE_SURROGATE, '\ufffd').replace(NOT_ASCII, encodeURIComponent);
}
