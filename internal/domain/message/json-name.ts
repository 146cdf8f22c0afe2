import { BACKSLASH } from './json-skip.js';

const LOWER_U = 0x75;
const SHORT_ESCAPES = new Map(
  Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(([letter, meant]) => [
    letter.charCodeAt(0),
    meant.charCodeAt(0),
  ]),
);

/**
 * Whether the bytes between the quotes of a well-formed JSON string mean this text. Nothing is decoded into a string of
 * its own: a megabyte may contain a hundred thousand names.
 */
export function isWrittenAs(written: Uint8Array, text: string): boolean {
  // A UTF-16 unit takes one to six bytes.
  if (written.length < text.length || written.length > 6 * text.length) return false;
  let unit = 0;
  for (let at = 0; at < written.length; ) {
    const first = written[at] ?? 0;
    if (first === BACKSLASH) {
      if (text.charCodeAt(unit++) !== escapedUnit(written, at)) return false;
      at += written[at + 1] === LOWER_U ? 6 : 2;
      continue;
    }
    const bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const character = decode(written, at, bytes);
    if (text.codePointAt(unit) !== character) return false;
    unit += bytes === 4 ? 2 : 1;
    at += bytes;
  }
  return unit === text.length;
}

/** Returns the UTF-16 unit that an escape at `at` means. */
export function escapedUnit(written: Uint8Array, at: number): number {
  const kind = written[at + 1] ?? 0;
  if (kind !== LOWER_U) return SHORT_ESCAPES.get(kind) ?? kind;
  let unit = 0;
  for (let digit = at + 2; digit < at + 6; digit++) unit = unit * 16 + hexValue(written[digit] ?? 0);
  return unit;
}

/** Of a digit, or of a letter in either case. */
const hexValue = (byte: number) => (byte <= 0x39 ? byte - 0x30 : (byte & 0x0f) + 9);

function decode(written: Uint8Array, at: number, bytes: number): number {
  if (bytes === 1) return written[at] ?? 0;
  let character = (written[at] ?? 0) & (0x7f >> bytes);
  for (let next = at + 1; next < at + bytes; next++) character = (character << 6) | ((written[next] ?? 0) & 0x3f);
  return character;
}
