import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EncryptionKey, OpenSecret, SealedSecret, SecretPurpose } from '../../domain/secrets/secret.js';

/** The owner of a secret. A secret that is sealed for one webhook, purpose and row cannot be opened for another. */
export interface SecretOwner {
  readonly webhookId: number;
  readonly purpose: SecretPurpose;
  /** See `SealedSecret`. Undefined: the secret is sealed so that instances of earlier versions can open it. */
  readonly row?: string | undefined;
}

export interface Vault {
  /** The key that seals now; undefined when secrets are stored without encryption. */
  readonly keyId: string | undefined;
  seal(owner: SecretOwner, value: string): Pick<SealedSecret, 'keyId' | 'sealed'>;
  /**
   * Throws a readable error when the secret's key is not configured, when the secret was sealed for another webhook,
   * purpose or row, or when it is damaged. A strict vault also throws when the secret is not encrypted, or sealed for
   * no row.
   */
  open(webhookId: number, secret: SealedSecret): OpenSecret;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals with the first key and opens with any: AES-256-GCM, `nonce ‖ ciphertext ‖ tag`. Without keys nothing is
 * encrypted.
 * @param isStrict `ENCRYPTION_STRICT`
 */
export function makeVault(keys: readonly EncryptionKey[], isStrict = false): Vault {
  const [current] = keys;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    keyId: current?.id,
    seal(owner, value) {
      if (!current) return { keyId: undefined, sealed: Buffer.from(value) };
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(bindTo(owner, current.id));
      const sealed = Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return { keyId: current.id, sealed };
    },
    open(webhookId, { purpose, keyId, sealed, row, expiresAt }) {
      const its = `the ${purpose} secret of webhook ${webhookId}`;
      const problem = isStrict ? strictProblem(keyId, row) : undefined;
      if (problem) throw new Error(`${its} ${problem}, and ENCRYPTION_STRICT refuses it`);
      if (keyId === undefined) return { purpose, expiresAt, value: Buffer.from(sealed).toString() };
      const key = byId.get(keyId);
      if (!key) throw new Error(`${its} needs the key "${keyId}" of ENCRYPTION_KEYS, which is missing`);
      try {
        return { purpose, expiresAt, value: decrypt(key, bindTo({ webhookId, purpose, row }, keyId), sealed) };
      } catch {
        throw new Error(
          `${its} cannot be decrypted with the key "${keyId}": another key had that name, or it belongs to another webhook or row`,
        );
      }
    },
  };
}

function strictProblem(keyId: string | undefined, row: string | undefined): string | undefined {
  if (keyId === undefined) return 'is not encrypted';
  return row === undefined ? 'is encrypted in the earlier form' : undefined;
}

function decrypt(key: Uint8Array, boundTo: Buffer, sealed: Uint8Array): string {
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(boundTo)
    .setAuthTag(sealed.subarray(Math.max(tagAt, 0)));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()]).toString();
}

/** The associated data, of the earlier form without a row or of envelope 2. The two forms cannot be confused. */
function bindTo({ webhookId, purpose, row }: SecretOwner, keyId: string): Buffer {
  if (row === undefined) return Buffer.from(`webhook ${webhookId} ${purpose}`);
  return Buffer.from(JSON.stringify(['hukz secret', 2, webhookId, purpose, row, keyId]));
}
