import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { EncryptionKey, SealedSecret } from '../../domain/secrets/secret.js';
import { makeVault, type SecretOwner } from './vault.js';

const VALUE = 'whsec_the secret itself: ü';
const makeKey = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
const [old, current] = [makeKey('2025'), makeKey('2026')];
const owner: SecretOwner = { webhookId: 7, purpose: 'signing' };
const sealWith = (keys: readonly EncryptionKey[]): SealedSecret => ({
  purpose: 'signing',
  expiresAt: undefined,
  ...makeVault(keys).seal(owner, VALUE),
});

describe('the vault', () => {
  it('seals with the first key, each time differently, and opens with any', () => {
    const [one, another] = [sealWith([current, old]), sealWith([current, old])];
    expect([one.keyId, Buffer.from(one.sealed).includes(VALUE)]).toEqual(['2026', false]);
    expect(one.sealed).not.toEqual(another.sealed);
    for (const secret of [one, another, sealWith([old])])
      expect(makeVault([current, old]).open(7, secret).value).toBe(VALUE);
  });

  it('opens for no other webhook and no other purpose', () => {
    const secret = sealWith([current]);
    const vault = makeVault([current]);
    expect(() => vault.open(8, secret)).toThrow(
      'the signing secret of webhook 8 cannot be decrypted with the key "2026"',
    );
    expect(() => vault.open(7, { ...secret, purpose: 'auth' })).toThrow(
      'the auth secret of webhook 7 cannot be decrypted',
    );
  });

  it('does not open with another key of the same name, and names a key that is missing', () => {
    const secret = sealWith([current]);
    expect(() => makeVault([makeKey('2026')]).open(7, secret)).toThrow('cannot be decrypted with the key "2026"');
    expect(() => makeVault([old]).open(7, secret)).toThrow('needs the key "2026" of ENCRYPTION_KEYS');
    expect(() => makeVault([]).open(7, secret)).toThrow('needs the key "2026" of ENCRYPTION_KEYS');
  });

  it('opens nothing of which a bit was changed or bytes are missing', () => {
    const secret = sealWith([current]);
    const vault = makeVault([current]);
    for (let at = 0; at < secret.sealed.length; at++) {
      const sealed = Uint8Array.from(secret.sealed);
      sealed[at]! ^= 1;
      expect(() => vault.open(7, { ...secret, sealed })).toThrow('cannot be decrypted');
    }
    for (const length of [0, 5, 12, 20, 28, secret.sealed.length - 1]) {
      expect(() => vault.open(7, { ...secret, sealed: secret.sealed.subarray(0, length) })).toThrow(
        'cannot be decrypted',
      );
    }
  });

  it('keeps secrets as they are without keys, and still opens them when there are keys', () => {
    const secret = sealWith([]);
    expect(secret.keyId).toBeUndefined();
    expect(makeVault([current]).open(7, secret).value).toBe(VALUE);
  });
});
