/**
 * What a secret of a webhook is for. `auth`, `tls`, `proxy` and `headers` are JSON of what is secret in that setting; `url` is
 * the whole URL, of which a part is secret.
 */
export type SecretPurpose = 'signing' | 'auth' | 'tls' | 'proxy' | 'url' | 'headers';

/** A secret as it is stored. */
export interface SealedSecret {
  readonly purpose: SecretPurpose;
  /** The key that it was encrypted with; undefined: it is not encrypted. */
  readonly keyId: string | undefined;
  readonly sealed: Uint8Array;
  /** Names the row that it was sealed for; undefined: it is not encrypted, or is an envelope of before rows were named. */
  readonly row?: string | undefined;
  /** Milliseconds since 1970; from then on it is not used. */
  readonly expiresAt: number | undefined;
}

/** What may be shown of a secret. */
export interface SecretHint {
  readonly purpose: SecretPurpose;
  /** Its last characters; of a key pair the public key. */
  readonly hint: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** Becomes the only secret of its purpose; a `value` of null: there is none any more. */
export interface SecretChange {
  readonly purpose: SecretPurpose;
  readonly value: string | null;
  /** What may be shown of it, such as `hintOf` the password in a JSON; `hintOf(value)` unless given. */
  readonly hint?: string;
  /** Made here: answered once to whoever asked for the change. */
  readonly show?: true;
}

/** A secret that can be used. */
export interface OpenSecret {
  readonly purpose: SecretPurpose;
  readonly value: string;
  readonly expiresAt: number | undefined;
}

/** One array for all webhooks that have none. */
export const NO_SECRETS: readonly SealedSecret[] = Object.freeze([]);

const HINT_LENGTH = 4;

/** The last four characters, but never more than a quarter. */
export function hintOf(secret: string): string {
  const length = Math.min(HINT_LENGTH, Math.floor(secret.length / 4));
  return length === 0 ? '' : secret.slice(-length);
}

/** A key of `ENCRYPTION_KEYS`: 32 bytes, and the name that is stored beside what it encrypted. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: Uint8Array;
}
