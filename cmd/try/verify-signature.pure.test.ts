import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type SchemeName, schemeOf } from '../../internal/domain/signature/schemes.js';
import type { ReceivedRequest } from './open-receiver.js';
import { isSignedBy, requireSecret } from './verify-signature.js';

const toSign = { id: 'a', timestamp: 1, subject: '', body: Buffer.from('{}') };

function signedWith(secret: string, name: SchemeName, body = '{}'): ReceivedRequest {
  const { makeSign, defaultPrefix = '' } = schemeOf(name);
  const [header = '', ...rest] = makeSign([secret], defaultPrefix)(toSign);
  const headers = { 'webhook-id': 'a', 'webhook-timestamp': '1', [header]: `v1a,b3RoZXI= ${rest.at(-1)}` };
  return { method: 'POST', path: '/', headers, body: Buffer.from(body) };
}

describe('a received signature', () => {
  it('of ed25519 is checked with the public key or the private key', () => {
    const { makeSecret, publicKeyOf } = schemeOf('standard-ed25519');
    const [secret, other] = [makeSecret(randomBytes(32)), makeSecret(randomBytes(32))];
    const request = signedWith(secret, 'standard-ed25519');
    const publicKey = publicKeyOf?.(secret) ?? '';
    expect(publicKey).toMatch(/^whpk_/);
    expect(() => requireSecret(publicKey)).not.toThrow();
    expect([publicKey, secret].map((key) => isSignedBy(key, request))).toEqual([true, true]);
    expect(isSignedBy(publicKeyOf?.(other) ?? '', request)).toBe(false);
    expect(isSignedBy(publicKey, signedWith(secret, 'standard-ed25519', '{ }'))).toBe(false);
    expect(isSignedBy(publicKey, { ...request, headers: {} })).toBe(false);
  });

  it.each(['whsec_', 'whsk_', 'whpk_'])('is not checked with a text that only begins like a key: %s', (prefix) => {
    expect(() => requireSecret(`${prefix}c2hvcnQ=`)).toThrow(
      `--secret: a secret with the prefix ${prefix} must be ${prefix} and`,
    );
  });

  it('of a text secret is checked with the text, whatever other prefix it has', () => {
    expect(() => requireSecret('whsomething')).not.toThrow();
    expect(isSignedBy('whsomething', signedWith('whsomething', 'github'))).toBe(true);
  });
});
