import type { Sign } from './sign.js';

/** A way to prove where a request comes from. Secrets are texts, as people keep them. */
export interface Scheme {
  /** Why this can be no secret of the scheme, in words that do not show it. */
  problemOf(secret: string): string | undefined;
  /** A form of its secrets as a regular expression: every text of this form is a secret of the scheme. */
  readonly secretPattern: string;
  /** Makes one out of 32 random bytes. */
  makeSecret(random: Uint8Array): string;
  /** What receivers check by, where that is not the secret itself. */
  readonly publicKeyOf?: (secret: string) => string;
  /** The middle of its `X-<prefix>-…` headers, when a webhook does not name one; absent: there are none such. */
  readonly usualPrefix?: string;
  /** Headers that a webhook may not set by itself, in lower case. */
  headerNames(prefix: string): readonly string[];
  /** Prepares keys once for many requests; the newest secret first, at least one. */
  makeSign(secrets: readonly string[], prefix: string): Sign;
}

export const RANDOM_BYTES = 32;
