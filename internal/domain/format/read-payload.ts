import { payloadKind } from '../message/payload-kind.js';
import type { Occurrence } from './format.js';

/** A larger payload is not parsed: parsing 1 MiB can take 20 ms, during which nothing else is sent. */
const MAX_PARSED = 128 * 1024;

/** Parses the payload for a chat message. Undefined if it is not JSON, or large. */
export function readPayload(message: Occurrence): unknown {
  if (payloadKind(message) !== 'json' || message.payload.length > MAX_PARSED) return undefined;
  return JSON.parse(Buffer.from(message.payload).toString());
}
