import type { BodyOf } from '../api.js';
import { toBase64 } from '../base64.js';
import { randomId } from '../http/random-id.js';
import type { CallOptions } from '../http/send.js';
import type { Space } from '../options.js';

type WireMessage = BodyOf<'post', '/messages'>;

/**
 * A message to publish. A payload of bytes, or a string, is delivered byte for byte, so that a string is usually a JSON
 * text. Any other payload is written as JSON.
 */
export type NewMessage = Omit<WireMessage, 'payload' | 'payload_base64'> & { readonly payload?: unknown };

/** The message as the API reads it, with its payload, an id, and the space of the client. */
export function wireMessage(
  { payload, ...message }: NewMessage,
  { space, options }: { readonly space: Space | undefined; readonly options?: CallOptions | undefined },
): WireMessage {
  const id = message.id ?? options?.idempotencyKey ?? randomId();
  return { ...(space !== undefined && { space }), ...message, id, ...payloadMember(payload) };
}

function payloadMember(payload: unknown): Pick<WireMessage, 'payload' | 'payload_base64'> {
  if (typeof payload === 'string') return { payload_base64: toBase64(new TextEncoder().encode(payload)) };
  if (payload instanceof ArrayBuffer) return { payload_base64: toBase64(new Uint8Array(payload)) };
  if (ArrayBuffer.isView(payload))
    return { payload_base64: toBase64(new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength)) };
  return payload === undefined ? {} : { payload };
}
