import type { Header } from '../domain/message/message.js';

/** The status of an answer of the server that is no message: `NATS/1.0 408 Request Timeout`. */
export interface Status {
  readonly code: number;
  readonly description: string;
}

const VERSION = 'NATS/1.0';
const STATUS = /^NATS\/1\.0 +(\d{3})(?: +([^\r\n]*))?/;
/** Printable ASCII without the colon. */
const NAME = /^[!-9;-~]+$/;
const NARROWS = /hukz/i;
/** Maximum number of headers. A block of 1 MB may have 200,000, which took 0.18 s of the event loop per message. */
export const MAX_HEADERS = 2000;
/**
 * Replaces unreadable lines that mention hukz: they may have narrowed the message to one tenant. `parseRouting` refuses
 * an empty space, so that the message reaches no webhook, now and in a replay.
 */
const UNREADABLE_ROUTING: Header = ['Hukz-Space', ''];

/**
 * Reads the header lines of a message into `headers`, whatever its bytes are, and returns the number of lines that it
 * left out. The client's own reader throws on such lines, and takes seconds for 10,000 different names.
 */
export function readHeaders(block: Uint8Array, headers: Header[]): number {
  const text = Buffer.from(block.buffer, block.byteOffset, block.length).toString();
  let leftOut = 0;
  let narrows = false;
  let start = 0;
  while (start < text.length) {
    if (headers.length >= MAX_HEADERS) {
      leftOut += linesFrom(text, start);
      narrows ||= NARROWS.test(text.slice(start));
      break;
    }
    const found = text.indexOf('\r\n', start);
    const end = found < 0 ? text.length : found;
    const isVersion = start === 0 && text.startsWith(VERSION) && !hasLoneBreak(text, 0, end);
    if (!isVersion && end > start && !readLine(text.slice(start, end), headers)) {
      leftOut++;
      narrows ||= NARROWS.test(text.slice(start, end));
    }
    start = end + 2;
  }
  if (narrows) headers.push(UNREADABLE_ROUTING);
  return leftOut;
}

/** The number of non-empty lines that begin there or later. */
function linesFrom(text: string, from: number): number {
  let lines = 0;
  for (let start = from; start < text.length; ) {
    const found = text.indexOf('\r\n', start);
    const end = found < 0 ? text.length : found;
    if (end > start) lines++;
    start = end + 2;
  }
  return lines;
}

function readLine(line: string, headers: Header[]): boolean {
  const colon = line.indexOf(':');
  if (colon < 1 || hasLoneBreak(line, colon, line.length)) return false;
  const name = line.slice(0, colon);
  if (!NAME.test(name)) return false;
  headers.push([name, line.slice(colon + 1).trim()]);
  return true;
}

/** Whether a line that ends with CR and LF contains a break that other readers may take for its end. */
function hasLoneBreak(text: string, from: number, to: number): boolean {
  const feed = text.indexOf('\n', from);
  if (feed >= 0 && feed < to) return true;
  const back = text.indexOf('\r', from);
  return back >= 0 && back < to;
}

export function readStatus(block: Uint8Array): Status | undefined {
  const [, code, description = ''] = STATUS.exec(Buffer.from(block).toString('latin1')) ?? [];
  return code === undefined ? undefined : { code: Number(code), description };
}
