/** What a secret of a webhook is for. `auth`, `tls` and `proxy` are JSON of what is secret in that setting. */
export type SecretPurpose = 'signing' | 'auth' | 'tls' | 'proxy';

/** A secret as it is stored. */
export interface SealedSecret {
  readonly purpose: SecretPurpose;
  /** The key that it was encrypted with; undefined: it is not encrypted. */
  readonly keyId: string | undefined;
  readonly sealed: Uint8Array;
  /** Milliseconds since 1970; from then on it is not used. */
  readonly expiresAt: number | undefined;
}

/** A secret that can be used. */
export interface OpenSecret {
  readonly purpose: SecretPurpose;
  readonly value: string;
  readonly expiresAt: number | undefined;
}

/** One array for all webhooks that have none. */
export const NO_SECRETS: readonly SealedSecret[] = Object.freeze([]);

/** A key of `ENCRYPTION_KEYS`: 32 bytes, and the name that is stored beside what it encrypted. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: Uint8Array;
}
