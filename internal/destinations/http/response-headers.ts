const RETRY_AFTER = 'retry-after';
const CONTENT_LENGTH = 'content-length';
const TRANSFER_ENCODING = 'transfer-encoding';

/** Returns the first `Retry-After` in undici's raw list `name, value, name, value …`. */
export function findRetryAfter(headers: readonly Buffer[]): string | undefined {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (isNamed(headers[at], RETRY_AFTER)) return headers[at + 1]?.toString('latin1');
  }
  return undefined;
}

/** Returns how the end of the body is determined: by chunks, by a length, or by the end of the connection. */
export function framingOf(headers: readonly Buffer[]): 'chunked' | 'empty' | 'length' | 'none' {
  let framing: 'empty' | 'length' | 'none' = 'none';
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (isNamed(headers[at], TRANSFER_ENCODING)) return 'chunked';
    if (isNamed(headers[at], CONTENT_LENGTH))
      framing = headers[at + 1]?.toString('latin1').trim() === '0' ? 'empty' : 'length';
  }
  return framing;
}

const COLON = Buffer.from(': ');
const NEWLINE = Buffer.from('\n');
const LINE_END = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;

/**
 * Returns the headers as lines `name: value`, in the bytes that arrived. A header that exceeds the remaining room is
 * omitted as a whole. Line breaks inside a value become spaces.
 */
export function headerLines(headers: readonly Buffer[], maxBytes: number): Uint8Array {
  const parts: Buffer[] = [];
  let room = maxBytes;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const [name, value] = [headers[at], headers[at + 1]];
    if (!name || !value) continue;
    const bytes = name.length + value.length + COLON.length + NEWLINE.length;
    if (bytes > room) continue;
    room -= bytes;
    parts.push(name, COLON, inOneLine(value), NEWLINE);
  }
  return Buffer.concat(parts);
}

function inOneLine(value: Buffer): Buffer {
  if (!value.includes(LINE_END) && !value.includes(RETURN)) return value;
  return Buffer.from(value.map((byte) => (byte === LINE_END || byte === RETURN ? SPACE : byte)));
}

function isNamed(name: Buffer | undefined, wanted: string): boolean {
  return name?.length === wanted.length && name.toString('latin1').toLowerCase() === wanted;
}
