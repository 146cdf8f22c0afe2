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

function isNamed(name: Buffer | undefined, wanted: string): boolean {
  return name?.length === wanted.length && name.toString('latin1').toLowerCase() === wanted;
}
