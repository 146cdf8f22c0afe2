import type { Header } from '../../../domain/message/message.js';

const NONE = new Uint8Array(0);

/**
 * Encodes headers as they are stored in `messages.headers`: a JSON list of pairs as bytes, because text and jsonb
 * refuse some bytes that NATS allows.
 */
export function writeHeaders(headers: readonly Header[]): Uint8Array {
  return headers.length === 0 ? NONE : Buffer.from(JSON.stringify(headers));
}

export function readHeaders(bytes: Uint8Array | null): readonly Header[] {
  return bytes === null || bytes.length === 0 ? [] : (JSON.parse(Buffer.from(bytes).toString()) as Header[]);
}
