import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from './json-skip.js';

/** A member of an object: `"name": value` is from `from` to `end`, and its value from `start` to `end`. */
export interface JsonMember {
  readonly name: string;
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the members of an object in a JSON text. Their values are skipped and not parsed, so that a caller can take a
 * value as it is written. Undefined means that the text is not one well-formed object, or has more than `max` members.
 */
export function membersOf(bytes: Uint8Array, max: number): readonly JsonMember[] | undefined {
  const opening = skipSpace(bytes, 0);
  if (bytes[opening] !== OPEN_OBJECT) return undefined;
  const members: JsonMember[] = [];
  let at = skipSpace(bytes, opening + 1);
  while (bytes[at] !== CLOSE_OBJECT || members.length > 0) {
    const member = members.length < max ? memberAt(bytes, at) : undefined;
    if (!member) return undefined;
    members.push(member);
    at = skipSpace(bytes, member.end);
    if (bytes[at] === CLOSE_OBJECT) break;
    if (bytes[at] !== COMMA) return undefined;
    at = skipSpace(bytes, at + 1);
  }
  return skipSpace(bytes, at + 1) === bytes.length ? members : undefined;
}

function memberAt(bytes: Uint8Array, from: number): JsonMember | undefined {
  const nameEnd = bytes[from] === QUOTE ? skipString(bytes, from + 1) : -1;
  const colon = nameEnd < 0 ? -1 : skipSpace(bytes, nameEnd);
  if (bytes[colon] !== COLON) return undefined;
  const start = skipSpace(bytes, colon + 1);
  const end = skipValue(bytes, start);
  return end < 0 ? undefined : { name: JSON.parse(textOf(bytes, from, nameEnd)), from, start, end };
}

/**
 * Yields the elements of an array in a JSON text, as they are written, and at last undefined if the text is not one
 * well-formed array of elements of at most `maxBytes`. A longer element is not read to its end.
 */
export function* elementsOf(bytes: Uint8Array, maxBytes: number): Generator<Uint8Array | undefined> {
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_ARRAY) return yield undefined;
  at = skipSpace(bytes, at + 1);
  for (let isFirst = true; bytes[at] !== CLOSE_ARRAY || !isFirst; isFirst = false) {
    const end = skipValue(bytes.subarray(0, at + maxBytes), at);
    if (end < 0) return yield undefined;
    yield bytes.subarray(at, end);
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_ARRAY) break;
    if (bytes[at] !== COMMA) return yield undefined;
    at = skipSpace(bytes, at + 1);
  }
  if (skipSpace(bytes, at + 1) !== bytes.length) yield undefined;
}

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}
