import type { Sign } from './sign.js';

/** A method to prove the origin of a request. Secrets are texts, in the form in which users store them. */
export interface Scheme {
  /** Returns why a text cannot be a secret of the scheme. The answer does not show the text. */
  problemOf(secret: string): string | undefined;
  /** A regular expression for secrets of the scheme: every text that matches is a secret of the scheme. */
  readonly secretPattern: string;
  /** Makes a secret from 32 random bytes. */
  makeSecret(random: Uint8Array): string;
  /** Returns the key with which receivers verify signatures, where that is not the secret itself. */
  readonly publicKeyOf?: (secret: string) => string;
  /**
   * The default for the middle of the scheme's `X-<prefix>-…` headers. It is absent when the scheme has no such
   * headers.
   */
  readonly defaultPrefix?: string;
  /** Names, in lower case, of the headers that a webhook may not set in its settings. */
  headerNames(prefix: string): readonly string[];
  /** Prepares keys once for many requests. There is at least one secret, and the newest one comes first. */
  makeSign(secrets: readonly string[], prefix: string): Sign;
}

export const RANDOM_BYTES = 32;
