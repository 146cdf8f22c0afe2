import { createHmac, createSecretKey } from 'node:crypto';
import type { Scheme } from './scheme.js';
import type { Sign, ToSign } from './sign.js';

const TEXT = /^[ -~]{8,256}$/;

/** Secrets that are used as the text they are. */
export const textSecret: Pick<Scheme, 'problemOf' | 'secretPattern' | 'makeSecret'> = {
  secretPattern: TEXT.source,
  problemOf: (secret) => (TEXT.test(secret) ? undefined : 'must be 8 to 256 printable ASCII characters'),
  makeSecret: (random) => Buffer.from(random).toString('base64url'),
};

/** The name of the header that has the signatures of the older secrets, where one header has room for one. */
export const previousOf = (header: string) => `${header}-Previous`;

export interface BodySignature {
  readonly header: string;
  /** As the header has it. */
  write(digest: Buffer): string;
  /** Further headers. */
  more?(request: ToSign): readonly string[];
}

/** HMAC-SHA256 over the body alone. The newest secret's stands in the header, those of the older ones in another. */
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
