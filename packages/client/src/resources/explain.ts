import type { BodyOf, DataOf } from '../api.js';
import type { Space } from '../options.js';
import { payloadMember } from './new-message.js';
import { inSpace } from './reference.js';

type WireExplain = BodyOf<'post', '/explain'>;

/**
 * A message to explain, which need not exist. A payload of bytes, or a string, is read byte for byte, so that a string
 * is usually a JSON text. Any other payload is written as JSON.
 */
export type ExplainMessage = Omit<WireExplain, 'payload' | 'payload_base64'> & { readonly payload?: unknown };
export type ExplainedMessage = DataOf<'post', '/explain'>;

/** The body as the API reads it. */
export function wireExplain({ payload, ...message }: ExplainMessage, space: Space | undefined): WireExplain {
  return { ...message, ...inSpace(message, space), ...payloadMember(payload) } as WireExplain;
}
