import { createHmac, createSecretKey } from 'node:crypto';
import type { Scheme } from './scheme.js';
import type { Sign, ToSign } from './sign.js';

const TEXT = /^[ -~]{8,256}$/;

/** Secrets that are used directly as text. */
export const textSecret: Pick<Scheme, 'problemOf' | 'secretPattern' | 'makeSecret'> = {
  secretPattern: TEXT.source,
  problemOf: (secret) => (TEXT.test(secret) ? undefined : 'must be 8 to 256 printable ASCII characters'),
  makeSecret: (random) => Buffer.from(random).toString('base64url'),
};

/**
 * Returns the name of the header for the signatures of older secrets, for schemes whose main header has room for only
 * one.
 */
export const previousOf = (header: string) => `${header}-Previous`;

export interface BodySignature {
  readonly header: string;
  /** Formats the digest for the header. */
  write(digest: Buffer): string;
  /** Returns further headers. */
  more?(request: ToSign): readonly string[];
}

/**
 * Signs the body alone with HMAC-SHA256. The signature by the newest secret is in the main header, and those by older
 * secrets are in a second header.
 */
export function makeBodySign(secrets: readonly string[], { header, write, more }: BodySignature): Sign {
  const [newest, ...older] = secrets.map((secret) => {
    const key = createSecretKey(Buffer.from(secret));
    return (body: Uint8Array) => write(createHmac('sha256', key).update(body).digest());
  });
  return (request) => {
    const headers = [...(more?.(request) ?? [])];
    if (newest) headers.push(header, newest(request.body));
    if (older.length > 0) headers.push(previousOf(header), older.map((signature) => signature(request.body)).join(','));
    return headers;
  };
}
