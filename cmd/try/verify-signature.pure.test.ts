import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type SchemeName, schemeOf } from '../../internal/domain/signature/schemes.js';
import type { ReceivedRequest } from './open-receiver.js';
import { requireSecret, signatureProblem } from './verify-signature.js';

const toSign = { id: 'a', timestamp: 1, subject: '', body: Buffer.from('{}') };

function signedWith(secret: string, name: SchemeName, body = '{}'): ReceivedRequest {
  const { makeSign, defaultPrefix = '' } = schemeOf(name);
  const [header = '', ...rest] = makeSign([secret], defaultPrefix)(toSign);
  const first = name.startsWith('standard') ? 'v1a,b3RoZXI= ' : '';
  const headers = { 'webhook-id': 'a', 'webhook-timestamp': '1', [header]: `${first}${rest.at(-1)}` };
  return { method: 'POST', path: '/', headers, body: Buffer.from(body) };
}

describe('a received signature', () => {
  it('of ed25519 is checked with the public key or the private key', async () => {
    const { makeSecret, publicKeyOf } = schemeOf('standard-ed25519');
    const [secret, other] = [makeSecret(randomBytes(32)), makeSecret(randomBytes(32))];
    const request = signedWith(secret, 'standard-ed25519');
    const publicKey = publicKeyOf?.(secret) ?? '';
    expect(publicKey).toMatch(/^whpk_/);
    expect(() => requireSecret(publicKey)).not.toThrow();
    expect(await Promise.all([publicKey, secret].map((key) => signatureProblem(key, request)))).toEqual([
      undefined,
      undefined,
    ]);
    expect(await signatureProblem(publicKeyOf?.(other) ?? '', request)).toMatch(/^no signature matches: /);
    expect(await signatureProblem(publicKey, signedWith(secret, 'standard-ed25519', '{ }'))).toMatch(/^no signature/);
    const bare = { ...request, headers: {} };
    expect(await signatureProblem(publicKey, bare)).toBe('the header webhook-id is missing');
  });

  it.each(['whsec_', 'whsk_', 'whpk_'])('is not checked with a text that only begins like a key: %s', (prefix) => {
    expect(() => requireSecret(`${prefix}c2hvcnQ=`)).toThrow(
      `--secret: a secret with the prefix ${prefix} must be ${prefix} and`,
    );
  });

  it('of a text secret is checked with the text, whatever other prefix it has', async () => {
    expect(() => requireSecret('whsomething')).not.toThrow();
    expect(await signatureProblem('whsomething', signedWith('whsomething', 'github'))).toBeUndefined();
  });

  it('of WebhooksEmitter is found by the prefix of its headers, and what is wrong is that of the scheme in use', async () => {
    const sign = schemeOf('webhooks-emitter').makeSign(['supersecret'], 'Acme');
    const headers = { 'x-acme-signature': sign(toSign).at(-1) ?? '' };
    const request = { method: 'POST', path: '/', headers, body: Buffer.from('{}') };
    expect(await signatureProblem('supersecret', request)).toBeUndefined();
    expect(await signatureProblem('anothersecret', request)).toMatch(/^no signature matches: /);
    expect(await signatureProblem(schemeOf('standard').makeSecret(randomBytes(32)), request)).toMatch(/is missing$/);
  });
});
