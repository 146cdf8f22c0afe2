import type { Message } from './message.js';

/** The form in which a JSON text can contain a payload: unchanged, not at all, or only as base64. */
export type PayloadKind = 'json' | 'empty' | 'binary';

/**
 * Derived from the envelope, in which only valid JSON is a window into the body, so the payload is not scanned again.
 */
export function payloadKind({ payload, body }: Pick<Message, 'payload' | 'body'>): PayloadKind {
  if (payload.length === 0) return 'empty';
  const inBody =
    payload.buffer === body.buffer &&
    payload.byteOffset > body.byteOffset &&
    payload.byteOffset + payload.length < body.byteOffset + body.length;
  return inBody ? 'json' : 'binary';
}
