import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipNumberOrLiteral,
  skipSpace,
  skipString,
} from '../../domain/message/json-skip.js';

const LINE_FEED = 0x0a;

/** The first place at which a text is no JSON. */
interface Fault {
  readonly at: number;
  readonly problem: string;
}

/**
 * Says where and why a text is no JSON, or undefined if it is JSON. V8 reports a position for some mistakes only. Lines
 * and columns begin at 1, and a column is a character. 256 KiB take 2 ms.
 */
export function jsonFault(bytes: Uint8Array): string | undefined {
  const fault = findFault(bytes);
  if (!fault) return undefined;
  const { line, column } = positionOf(bytes, fault.at);
  return `line ${line}, column ${column}: ${fault.problem}`;
}

function positionOf(bytes: Uint8Array, at: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let column = 1;
  for (let before = 0; before < at; before++) {
    const byte = bytes[before] ?? 0;
    if (byte === LINE_FEED) {
      line++;
      column = 1;
    } else if ((byte & 0xc0) !== 0x80) column++; // A byte 10xxxxxx continues a character.
  }
  return { line, column };
}

/** The open lists and objects are on an explicit stack, as in `skipValue`. */
function findFault(bytes: Uint8Array): Fault | undefined {
  const open: number[] = [];
  let at = skipSpace(bytes, 0);
  for (;;) {
    const first = bytes[at];
    const close = first === OPEN_OBJECT ? CLOSE_OBJECT : first === OPEN_ARRAY ? CLOSE_ARRAY : undefined;
    let next = close === undefined ? afterScalar(bytes, at) : skipSpace(bytes, at + 1);
    if (typeof next === 'object') return next;
    if (close !== undefined && bytes[next] !== close) {
      open.push(close);
      if (close === CLOSE_OBJECT) next = afterName(bytes, next);
    } else next = afterValue(bytes, close === undefined ? next : next + 1, open);
    if (typeof next === 'object') return next;
    if (next === bytes.length && open.length === 0) return undefined;
    at = skipSpace(bytes, next);
  }
}

/** Skips a string, a number or a literal. */
function afterScalar(bytes: Uint8Array, at: number): number | Fault {
  if (bytes[at] === QUOTE) return afterString(bytes, at);
  const end = skipNumberOrLiteral(bytes, at);
  return end < 0 ? { at, problem: at >= bytes.length ? ENDS : 'a JSON value is expected here' } : end;
}

function afterString(bytes: Uint8Array, at: number): number | Fault {
  const end = skipString(bytes, at + 1);
  if (end >= 0) return end;
  return {
    at,
    problem: 'the string that begins here has no end, or contains a control character or a malformed escape',
  };
}

/** Skips `"name":`. */
function afterName(bytes: Uint8Array, at: number): number | Fault {
  if (at >= bytes.length) return { at, problem: ENDS };
  if (bytes[at] !== QUOTE) return { at, problem: 'a name in double quotes is expected here' };
  const end = afterString(bytes, at);
  if (typeof end === 'object') return end;
  const colon = skipSpace(bytes, end);
  return bytes[colon] === COLON ? colon + 1 : { at: colon, problem: 'a colon is expected here, after the name' };
}

/** Skips from the end of a value to the next value, or to the end of the text. */
function afterValue(bytes: Uint8Array, end: number, open: number[]): number | Fault {
  let at = skipSpace(bytes, end);
  for (let close = open.at(-1); close !== undefined; close = open.at(-1)) {
    if (bytes[at] === COMMA) {
      const next = skipSpace(bytes, at + 1);
      return close === CLOSE_OBJECT ? afterName(bytes, next) : next;
    }
    if (bytes[at] !== close) {
      const problem = at >= bytes.length ? ENDS : `a comma or ${String.fromCharCode(close)} is expected here`;
      return { at, problem };
    }
    open.pop();
    at = skipSpace(bytes, at + 1);
  }
  return at >= bytes.length ? at : { at, problem: 'the JSON value has ended, and nothing may follow it' };
}

const ENDS = 'the text ends here, before the JSON value is complete';
