import { isUtf8 } from 'node:buffer';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  closeAll,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipName,
  skipNumberOrLiteral,
  skipSpace,
  skipString,
} from './json-skip.js';

/** A value that is partly skipped. */
interface Scan {
  /** The place at which the scan goes on, the end of the value, or a number below 0 if the value is malformed. */
  at: number;
  readonly open: number[];
}

/** A part of a large text. It is scanned in a few milliseconds. */
const STEP_BYTES = 128 * 1024;

/** Decides like `isJson`, in steps between which the caller may do other work. */
export function* isJsonInSteps(bytes: Uint8Array, stepBytes = STEP_BYTES): Generator<undefined, boolean> {
  if (!isUtf8(bytes)) return false;
  const scan: Scan = { at: skipSpace(bytes, 0), open: [] };
  while (!skipUntil(bytes, scan, scan.at + stepBytes)) yield;
  return scan.at >= 0 && skipSpace(bytes, scan.at) === bytes.length;
}

/**
 * Skips the parts of a value that begin before `until`, as `skipValue` skips a whole value. A single string or number
 * is never divided. The loop is not shared with `skipValue`, which took twice as long for small values with it. Returns
 * whether the value has ended, or is malformed.
 */
function skipUntil(bytes: Uint8Array, scan: Scan, until: number): boolean {
  const { open } = scan;
  while (scan.at < until) {
    const from = skipSpace(bytes, scan.at);
    const first = bytes[from];
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      const close = first === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
      scan.at = skipSpace(bytes, from + 1);
      if (bytes[scan.at] === close) scan.at++;
      else {
        open.push(close);
        if (close === CLOSE_OBJECT) scan.at = skipName(bytes, scan.at);
        if (scan.at < 0) return true;
        continue;
      }
    } else scan.at = first === QUOTE ? skipString(bytes, from + 1) : skipNumberOrLiteral(bytes, from);
    if (scan.at >= 0) scan.at = closeAll(bytes, scan.at, open);
    if (scan.at < 0 || open.length === 0) return true;
  }
  return false;
}
