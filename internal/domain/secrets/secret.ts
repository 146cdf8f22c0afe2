/**
 * The purpose of a webhook's secret. `auth`, `tls`, `proxy` and `headers` are JSON of the secret parts of that setting.
 * `url` is the whole URL, a part of which is secret.
 */
export type SecretPurpose = 'signing' | 'auth' | 'tls' | 'proxy' | 'url' | 'headers';

/** A secret in its stored form. */
export interface SealedSecret {
  readonly purpose: SecretPurpose;
  /** The key that encrypted the secret. Undefined means that the secret is not encrypted. */
  readonly keyId: string | undefined;
  readonly sealed: Uint8Array;
  /**
   * The row that the secret was sealed for. Undefined means that the secret is not encrypted, or that its envelope is
   * older than the names of rows.
   */
  readonly row?: string | undefined;
  /** Milliseconds since 1970. The secret is not used from this time on. */
  readonly expiresAt: number | undefined;
}

/** The part of a secret that may be shown. */
export interface SecretHint {
  readonly purpose: SecretPurpose;
  /** The last characters of the secret, or the public key of a key pair. */
  readonly hint: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** Replaces all secrets of a purpose by this one. A `value` of null removes them. */
export interface SecretChange {
  readonly purpose: SecretPurpose;
  readonly value: string | null;
  /** The hint to show, such as `hintOf` the password in a JSON text. The default is `hintOf(value)`. */
  readonly hint?: string;
  /** Set for a generated secret, which is returned once to the caller who requested the change. */
  readonly show?: true;
}

/** A decrypted secret. */
export interface OpenSecret {
  readonly purpose: SecretPurpose;
  readonly value: string;
  readonly expiresAt: number | undefined;
}

/** A single array that is shared by all webhooks without secrets. */
export const NO_SECRETS: readonly SealedSecret[] = Object.freeze([]);

const HINT_LENGTH = 4;

/** Returns the last four characters, but never more than a quarter of the secret. */
export function hintOf(secret: string): string {
  const length = Math.min(HINT_LENGTH, Math.floor(secret.length / 4));
  return length === 0 ? '' : secret.slice(-length);
}

/** A key of `ENCRYPTION_KEYS`: 32 bytes, and a name that is stored with each text that the key encrypted. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: Uint8Array;
}
