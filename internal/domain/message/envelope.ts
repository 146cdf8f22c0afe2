import { firstToken } from '../matching/subject.js';
import { isJson } from './json-bytes.js';
import { splice, toBase64 } from './splice.js';

/**
 * The body that is POSTed, and the payload. The payload is a window into the body if, and only if, the body contains
 * the payload unchanged; see `payload-kind.ts`.
 */
export interface Envelope {
  readonly body: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Splices a payload into the contract's envelope without parsing it:
 * `{"event":"tag.created","contains":["tag"],"created_at":"2026-01-31T12:00:00.000Z","payload":<the bytes>}`. Valid
 * JSON is inserted unchanged, an empty payload becomes `null`, and any other payload becomes a base64 string with a
 * marker. @param knownAsJson whether the payload is JSON, if that is known
 */
export function envelope(subject: string, receivedAt: number, payload: Uint8Array, knownAsJson?: boolean): Envelope {
  const head =
    `{"event":${JSON.stringify(subject)},"contains":[${JSON.stringify(firstToken(subject))}],` +
    `"created_at":"${new Date(receivedAt).toISOString()}","payload":`;
  if (payload.length === 0) return { body: Buffer.from(`${head}null}`), payload };
  if (knownAsJson ?? isJson(payload)) {
    const body = splice(head, payload);
    return { body, payload: body.subarray(body.length - 1 - payload.length, -1) };
  }
  return {
    body: Buffer.from(`${head}"${toBase64(payload)}","payload_encoding":"base64"}`),
    payload: new Uint8Array(payload),
  };
}
