import type { Message } from './message.js';

/** How a payload can stand in a JSON text: as it is, not at all, or only as base64. */
export type PayloadKind = 'json' | 'empty' | 'binary';

/** Known from the envelope, where valid JSON and nothing else is a window into the body: nothing is looked at again. */
export function payloadKind({ payload, body }: Pick<Message, 'payload' | 'body'>): PayloadKind {
  if (payload.length === 0) return 'empty';
  const inBody =
    payload.buffer === body.buffer &&
    payload.byteOffset > body.byteOffset &&
    payload.byteOffset + payload.length < body.byteOffset + body.length;
  return inBody ? 'json' : 'binary';
}
