import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EncryptionKey, OpenSecret, SealedSecret, SecretPurpose } from '../domain/secret.js';

/** To whom a secret belongs: sealed for one webhook and purpose it opens for no other. */
export interface SecretOwner {
  readonly webhookId: number;
  readonly purpose: SecretPurpose;
}

export interface Vault {
  /** The key that seals now; undefined when secrets are stored as they are. */
  readonly keyId: string | undefined;
  seal(owner: SecretOwner, value: string): Pick<SealedSecret, 'keyId' | 'sealed'>;
  /** Throws, in words, when its key is not configured, it was sealed for another webhook or purpose, or is damaged. */
  open(webhookId: number, secret: SealedSecret): OpenSecret;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals with the first key, opens with any: AES-256-GCM, `nonce ‖ ciphertext ‖ tag`. Without keys nothing is encrypted. */
export function makeVault(keys: readonly EncryptionKey[]): Vault {
  const [current] = keys;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    keyId: current?.id,
    seal(owner, value) {
      if (!current) return { keyId: undefined, sealed: Buffer.from(value) };
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(bindTo(owner));
      const sealed = Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return { keyId: current.id, sealed };
    },
    open(webhookId, { purpose, keyId, sealed, expiresAt }) {
      if (keyId === undefined) return { purpose, expiresAt, value: Buffer.from(sealed).toString() };
      const key = byId.get(keyId);
      const its = `the ${purpose} secret of webhook ${webhookId}`;
      if (!key) throw new Error(`${its} needs the key "${keyId}" of ENCRYPTION_KEYS, which is not there`);
      try {
        return { purpose, expiresAt, value: decrypt(key, { webhookId, purpose }, sealed) };
      } catch {
        throw new Error(
          `${its} does not open with the key "${keyId}": another key had that name, or it belongs to another webhook`,
        );
      }
    },
  };
}

function decrypt(key: Uint8Array, owner: SecretOwner, sealed: Uint8Array): string {
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(bindTo(owner))
    .setAuthTag(sealed.subarray(Math.max(tagAt, 0)));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()]).toString();
}

const bindTo = ({ webhookId, purpose }: SecretOwner) => Buffer.from(`webhook ${webhookId} ${purpose}`);
