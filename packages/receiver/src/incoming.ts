import { bodyBytes, type HeaderSource } from 'hukz-signatures';

/** A request, whichever server it comes from. */
export interface Incoming {
  readonly headers: HeaderSource;
  /**
   * Returns the bytes of the body as they arrived, or `too_large`. If something has read the body before, it returns
   * what that has left.
   */
  read(maxBytes: number): Promise<ReadBody>;
}

export type ReadBody = { readonly body: unknown } | 'too_large';

/** The result for a body that is already in memory. */
export function readInMemory(body: unknown, maxBytes: number): ReadBody {
  const isInBytes = typeof body === 'string' || body instanceof ArrayBuffer || body instanceof Uint8Array;
  if (!isInBytes) return { body };
  const bytes = bodyBytes(body);
  return bytes.byteLength > maxBytes ? 'too_large' : { body: bytes };
}

export function concat(chunks: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
