import type { Encoding } from './encodings.js';
import type { SecretForm } from './secret-form.js';

/** The data of a request that schemes sign or name in their headers. */
export interface ToSign {
  /** `webhook-id`. */
  readonly id: string;
  /** `webhook-timestamp`, in seconds since 1970. */
  readonly timestamp: number;
  /** The subject of the event, in a form that is allowed in a header. */
  readonly subject: string;
  readonly body: Uint8Array;
  /** The publisher's own id of the message, the same at every receiver. */
  readonly requestId?: string | undefined;
}

export interface SignatureHeaders {
  /** The header that contains the signature by the newest secret. */
  readonly signature: string;
  /**
   * The header that contains the signatures by older secrets, separated by commas. If it is absent, `signature`
   * contains all of them, separated by spaces.
   */
  readonly previous?: string;
  /** Returns further headers: name, value, name, value … */
  more?(request: ToSign): readonly string[];
}

/**
 * The description of a method to prove the origin of a request. It computes nothing: hukz signs with the synchronous
 * functions of `node:crypto`, and this package with WebCrypto, both as the description says.
 */
export interface Scheme {
  readonly algorithm: 'hmac-sha256' | 'ed25519';
  readonly secret: SecretForm;
  /** Whether the signed bytes are `id.timestamp.body`. Otherwise they are the body alone. */
  readonly signsTime: boolean;
  /** The text before each encoded signature. */
  readonly mark: string;
  readonly encoding: Encoding;
  /** The default for the middle of the scheme's `X-<prefix>-…` headers. It is absent if there are no such headers. */
  readonly defaultPrefix?: string;
  headers(prefix: string): SignatureHeaders;
}

/** Returns the signed text before the body. */
export const signedHead = ({ signsTime }: Scheme, { id, timestamp }: Pick<ToSign, 'id' | 'timestamp'>) =>
  signsTime ? `${id}.${timestamp}.` : '';
