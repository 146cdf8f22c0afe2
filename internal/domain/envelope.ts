import { isJson } from './json-bytes.js';
import { firstToken } from './subject.js';

/** What is POSTed, and the payload in it: the same bytes, or a window into the body. */
export interface Envelope {
  readonly body: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Splices a payload into the contract's envelope without parsing it:
 * `{"event":"tag.created","contains":["tag"],"created_at":"2026-01-31T12:00:00.000Z","payload":<the bytes>}`.
 * Valid JSON stands in it unchanged, nothing at all becomes `null`, anything else a base64 string that says so.
 */
export function envelope(subject: string, receivedAt: number, payload: Uint8Array): Envelope {
  const head =
    `{"event":${JSON.stringify(subject)},"contains":[${JSON.stringify(firstToken(subject))}],` +
    `"created_at":"${new Date(receivedAt).toISOString()}","payload":`;
  if (payload.length === 0) return { body: Buffer.from(`${head}null}`), payload };
  if (isJson(payload)) return splice(head, payload);
  const base64 = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('base64');
  return { body: Buffer.from(`${head}"${base64}","payload_encoding":"base64"}`), payload: Uint8Array.from(payload) };
}

/** Copies the payload once: out of the socket's buffer, into the body. */
function splice(head: string, payload: Uint8Array): Envelope {
  const start = Buffer.byteLength(head);
  const body = Buffer.allocUnsafeSlow(start + payload.length + 1);
  body.write(head, 0, 'utf8');
  body.set(payload, start);
  body[start + payload.length] = 0x7d; // }
  return { body, payload: body.subarray(start, start + payload.length) };
}
