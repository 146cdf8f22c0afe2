/** The identity of a message, readable in a receiver's bytes and in the journal without parsing. */
export interface Mark {
  readonly run: number;
  readonly sequence: number;
}

const HEAD = Buffer.from('{"mark":"');
const RUN_DIGITS = 4;
const DIGITS = 12;
const ZERO = 0x30;

/** The position of the mark and the run in a stored payload, for PostgreSQL; `substring` counts from 1. */
export const MARK_IN_SQL = { from: HEAD.length + 1, length: DIGITS, runLength: RUN_DIGITS } as const;

/** A JSON payload of that many bytes, without a mark yet. */
export function blankPayload(bytes: number): Buffer {
  const start = `${HEAD.toString()}${'0'.repeat(DIGITS)}","fill":"`;
  return Buffer.from(`${start}${'x'.repeat(Math.max(0, bytes - start.length - 2))}"}`);
}

export function runDigits(run: number): string {
  return String(run).padStart(RUN_DIGITS, '0');
}

/** Returns a separate payload for each message, because clients keep a reference to it until it is written. */
export function markedPayload(blank: Buffer, mark: Mark): Buffer {
  const payload = Buffer.allocUnsafe(blank.length);
  blank.copy(payload);
  writeMark(payload, mark);
  return payload;
}

/** Writes the mark into the first payload in the bytes. */
export function writeMark(bytes: Buffer, { run, sequence }: Mark): void {
  const at = bytes.indexOf(HEAD) + HEAD.length;
  bytes.write(runDigits(run) + String(sequence).padStart(DIGITS - RUN_DIGITS, '0'), at, 'latin1');
}

/** Reads the mark in a request's body. Returns undefined if there is none. */
export function readMark(bytes: Buffer, from: number): Mark | undefined {
  const at = bytes.indexOf(HEAD, from);
  if (at < 0 || at + HEAD.length + DIGITS > bytes.length) return undefined;
  const start = at + HEAD.length;
  return {
    run: readDigits(bytes, start, start + RUN_DIGITS),
    sequence: readDigits(bytes, start + RUN_DIGITS, start + DIGITS),
  };
}

function readDigits(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] ?? ZERO) - ZERO;
  return value;
}
