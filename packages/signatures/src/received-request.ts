import { SignatureError } from './signature-error.js';

/** Headers as `fetch` has them, or by name, as Node and most frameworks have them. */
export type HeaderSource =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ReceivedRequest {
  readonly headers: HeaderSource;
  /** The bytes as they arrived. A text is read as UTF-8. */
  readonly body: Uint8Array | ArrayBuffer | string;
}

/** Returns a header's value. Names are compared without regard to case. */
export function headerOf(headers: HeaderSource, name: string): string | undefined {
  if (isFetchHeaders(headers)) return headers.get(name) ?? undefined;
  const lower = name.toLowerCase();
  const key = Object.hasOwn(headers, lower) ? lower : Object.keys(headers).find((each) => each.toLowerCase() === lower);
  const value = key === undefined ? undefined : headers[key];
  return typeof value === 'object' ? value.join(', ') : value;
}

/** @throws {SignatureError} if the body is not bytes, which is the most common mistake */
export function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (typeof body === 'string') return new TextEncoder().encode(body);
  throw new SignatureError(
    'body_was_parsed',
    `the body is ${nameOf(body)}, not the bytes that arrived: verify before anything parses the body`,
  );
}

const isFetchHeaders = (headers: HeaderSource): headers is { get(name: string): string | null } =>
  typeof headers.get === 'function';

function nameOf(body: unknown): string {
  if (body === undefined || body === null) return 'missing';
  return typeof body === 'object' ? 'a parsed object' : `a ${typeof body}`;
}
