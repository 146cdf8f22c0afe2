const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const decoder = new TextDecoder();

/**
 * The bytes of one value in a JSON text, as they are written there. `JSON.parse` rounds integers above 2^53 and forgets
 * how numbers and strings were written; these bytes do neither.
 * @param json a JSON text, such as the `bytes` of an answer
 * @param path names of members and positions in arrays, from the outside to the inside
 * @returns a view of `json`, or undefined if the path leads nowhere
 */
export function bytesAt(json: Uint8Array, path: readonly (string | number)[]): Uint8Array | undefined {
  let at = skipSpace(json, 0);
  for (const step of path) {
    const next = typeof step === 'number' ? startOfElement(json, at, step) : startOfMember(json, at, step);
    if (next === undefined) return undefined;
    at = next;
  }
  return json.subarray(at, endOfValue(json, at));
}

/** The bytes of each element of an array in a JSON text, as `bytesAt` would find them one by one. */
export function* elementsAt(json: Uint8Array, path: readonly (string | number)[]): Generator<Uint8Array> {
  const array = bytesAt(json, path);
  if (array?.[0] !== OPEN_ARRAY) return;
  for (let at = skipSpace(array, 1); at < array.length && array[at] !== CLOSE_ARRAY; ) {
    const end = endOfValue(array, at);
    yield array.subarray(at, end);
    at = nextPart(array, end);
  }
}

function startOfElement(json: Uint8Array, from: number, index: number): number | undefined {
  if (json[from] !== OPEN_ARRAY) return undefined;
  let at = skipSpace(json, from + 1);
  for (let n = 0; at < json.length && json[at] !== CLOSE_ARRAY; n++) {
    if (n === index) return at;
    at = nextPart(json, endOfValue(json, at));
  }
  return undefined;
}

/** Of several members with the name, the last one counts, as in `JSON.parse`. */
function startOfMember(json: Uint8Array, from: number, name: string): number | undefined {
  if (json[from] !== OPEN_OBJECT) return undefined;
  let found: number | undefined;
  let at = skipSpace(json, from + 1);
  while (at < json.length && json[at] !== CLOSE_OBJECT) {
    const nameEnd = endOfString(json, at);
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    if (JSON.parse(decoder.decode(json.subarray(at, nameEnd))) === name) found = start;
    at = nextPart(json, endOfValue(json, start));
  }
  return found;
}

/** Skips from the end of a member or an element to the start of the next one, or to the closing bracket. */
function nextPart(json: Uint8Array, from: number): number {
  const at = skipSpace(json, from);
  return json[at] === COMMA ? skipSpace(json, at + 1) : at;
}

function endOfValue(json: Uint8Array, from: number): number {
  let depth = 0;
  let at = from;
  do {
    const byte = json[at];
    if (byte === QUOTE) at = endOfString(json, at);
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth++;
      at++;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth--;
      at++;
    } else if (depth > 0) at++;
    else at = endOfWord(json, at);
  } while (depth > 0 && at < json.length);
  return at;
}

/** The end of a number, or of `true`, `false` or `null`. */
function endOfWord(json: Uint8Array, from: number): number {
  let at = from;
  while (at < json.length && !isSpace(json[at]) && !isClosing(json[at])) at++;
  return at;
}

const isClosing = (byte: number | undefined) => byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT;

function endOfString(json: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function skipSpace(json: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(json[at])) at++;
  return at;
}
