import { toBase64 } from '../base64.js';
import { randomId } from '../http/random-id.js';
import type { CallOptions } from '../http/send.js';
import type { components } from '../openapi.js';
import type { Space } from '../options.js';

export type WireMessage = components['schemas']['NewMessage'];

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

/** The payload of a message in JSON. */
export function payloadMember(payload: unknown): Pick<WireMessage, 'payload' | 'payload_base64'> {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : bytesOf(payload);
  if (bytes) return { payload_base64: toBase64(bytes) };
  return payload === undefined ? {} : { payload };
}

/** The bytes of a value that consists of bytes. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
}
