import { toBase64 } from '../base64.js';
import { randomId } from '../http/random-id.js';
import type { components } from '../openapi.js';
import { bytesOf } from './new-message.js';

export type WireEvent = components['schemas']['CloudEvent'];

/**
 * A CloudEvent (version 1.0) to publish. Its `type` is the subject. `data` of bytes is delivered byte for byte, and any
 * other value is written as JSON. Without an `id` it gets a random one. All other attributes are sent as they are.
 */
export interface NewCloudEvent {
  readonly type: string;
  readonly source: string;
  readonly id?: string | undefined;
  readonly datacontenttype?: string | undefined;
  readonly data?: unknown;
  readonly [attribute: string]: unknown;
}

export function wireEvent({ data, id = randomId(), ...attributes }: NewCloudEvent): WireEvent {
  const bytes = bytesOf(data);
  const member = bytes ? { data_base64: toBase64(bytes) } : { data };
  return { specversion: '1.0', ...attributes, id, ...member } as WireEvent;
}
