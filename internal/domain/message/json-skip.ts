export const QUOTE = 0x22;
export const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
export const COLON = 0x3a;
export const OPEN_ARRAY = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_ARRAY = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

/** A table with 1 for each byte of a set. An index behind the end of a text is in no set. */
const setOf = (characters: string) => {
  const set = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) set[byte] = 1;
  return set;
};
const SPACE = setOf(' \t\n\r');
const SHORT_ESCAPE = setOf('"\\/bfnrt');
const HEX = setOf('0123456789abcdefABCDEF');
const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

/** Each `skip` function returns the end of the part that it reads, or this value if the part is malformed. */
const WRONG = -1;
/** V8 is faster for long strings: it reads a string of 64 KiB in 35 µs instead of 150 µs. */
const LONG_BYTES = 1024;

/**
 * Skips one value, which begins at `from`. Open arrays and objects are on an explicit stack, so that a depth of a
 * hundred thousand does not fail.
 */
export function skipValue(bytes: Uint8Array, from: number): number {
  const open: number[] = [];
  let at = from;
  for (;;) {
    at = skipSpace(bytes, at);
    const first = bytes[at];
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      const close = first === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
      at = skipSpace(bytes, at + 1);
      if (bytes[at] === close) at++;
      else {
        open.push(close);
        if (close === CLOSE_OBJECT) at = skipName(bytes, at);
        if (at < 0) return at;
        continue;
      }
    } else {
      at = first === QUOTE ? skipString(bytes, at + 1) : skipNumberOrLiteral(bytes, at);
      if (at < 0) return at;
    }
    at = closeAll(bytes, at, open);
    if (at < 0) return at;
    if (open.length === 0) return at;
  }
}

/** Skips from the end of a value to the start of the next one, or behind the last bracket. */
export function closeAll(bytes: Uint8Array, from: number, open: number[]): number {
  let at = from;
  while (open.length > 0) {
    at = skipSpace(bytes, at);
    const close = open[open.length - 1];
    const next = bytes[at++];
    if (next === COMMA) return close === CLOSE_OBJECT ? skipName(bytes, skipSpace(bytes, at)) : at;
    if (next !== close) return WRONG;
    open.pop();
  }
  return at;
}

export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (SPACE[bytes[at] ?? 0] === 1) at++;
  return at;
}

/** Skips `"name":`. */
export function skipName(bytes: Uint8Array, from: number): number {
  if (bytes[from] !== QUOTE) return WRONG;
  const end = skipString(bytes, from + 1);
  if (end < 0) return end;
  const at = skipSpace(bytes, end);
  return bytes[at] === COLON ? at + 1 : WRONG;
}

/** Skips a string from behind its first quote. */
export function skipString(bytes: Uint8Array, from: number, maxBytes = LONG_BYTES): number {
  const long = from + maxBytes;
  for (let at = from; ; ) {
    let byte = bytes[at] ?? 0;
    while (byte !== QUOTE && byte !== BACKSLASH && byte >= 0x20 && at < long) byte = bytes[++at] ?? 0;
    if (at >= long) return skipLongString(bytes, from, at);
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return WRONG;
    at = skipEscape(bytes, at + 1);
    if (at < 0) return at;
  }
}

/** Lets V8 read a string without a quote from `at` on. A string with an escaped quote is read byte by byte. */
function skipLongString(bytes: Uint8Array, from: number, at: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = text.indexOf(QUOTE, at);
  if (end < 0) return WRONG;
  if (bytes[end - 1] === BACKSLASH) return skipString(bytes, at, Number.POSITIVE_INFINITY);
  try {
    JSON.parse(text.toString('latin1', from - 1, end + 1));
    return end + 1;
  } catch {
    return WRONG;
  }
}

function skipEscape(bytes: Uint8Array, at: number): number {
  const kind = bytes[at] ?? 0;
  if (SHORT_ESCAPE[kind] === 1) return at + 1;
  if (kind !== 0x75) return WRONG;
  for (let digit = 1; digit <= 4; digit++) if (HEX[bytes[at + digit] ?? 0] !== 1) return WRONG;
  return at + 5;
}

export function skipNumberOrLiteral(bytes: Uint8Array, from: number): number {
  if (bytes[from] !== MINUS && !isDigit(bytes[from])) return skipLiteral(bytes, from);
  let at = bytes[from] === MINUS ? from + 1 : from;
  at = bytes[at] === ZERO ? at + 1 : skipDigits(bytes, at);
  if (at >= 0 && bytes[at] === 0x2e) at = skipDigits(bytes, at + 1);
  if (at >= 0 && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    const sign = bytes[at + 1];
    at = skipDigits(bytes, sign === MINUS || sign === 0x2b ? at + 2 : at + 1);
  }
  return at;
}

/** Skips digits, of which there must be at least one. */
function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  return at > from ? at : WRONG;
}

function skipLiteral(bytes: Uint8Array, from: number): number {
  for (const word of LITERALS) {
    if (bytes[from] !== word[0]) continue;
    for (let at = 1; at < word.length; at++) if (bytes[from + at] !== word[at]) return WRONG;
    return from + word.length;
  }
  return WRONG;
}

const isDigit = (byte = 0) => byte >= ZERO && byte <= NINE;
