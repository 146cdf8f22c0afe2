import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { makeTokenText } from '../../identity/token-text.js';
import { canary } from '../canary.js';
import { findLeak } from './find-leak.js';
import { watchLeaks } from './watch-leaks.js';

const token = makeTokenText(17);
const jwt = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from('{"sub":"alice"}').toString('base64url')}.c2lnbmF0dXJlLW9mLWFsaWNl`;
const { privateKey } = generateKeyPairSync('ed25519');

describe('a secret in a text is found:', () => {
  it.each([
    ['a token', token],
    ['a token in JSON', JSON.stringify({ error: `token ${token} is not valid` })],
    ['a signing secret', 'the secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['a private signing key', `whsk_${'A'.repeat(44)}`],
    ['a key', String(privateKey.export({ type: 'pkcs8', format: 'pem' }))],
    ['a JWT', `authorization=Bearer ${jwt}`],
    ['a canary', canary('payload')],
    ['a canary in base64', Buffer.from(`{"a":"${canary('payload')}"}`).toString('base64')],
    ['a canary in hex', Buffer.from(canary('payload')).toString('hex')],
  ])('%s', (_name, text) => {
    expect(findLeak(text)).toBeDefined();
    const { TESTKIT_LEAKS } = process.env;
    delete process.env.TESTKIT_LEAKS;
    try {
      expect(() => watchLeaks('a line', text)).toThrow('a secret leaks: a line: ');
    } finally {
      if (TESTKIT_LEAKS !== undefined) process.env.TESTKIT_LEAKS = TESTKIT_LEAKS;
    }
  });

  it.each([
    '',
    'hukz_messages_received_total 17',
    `hukz_1_${'a'.repeat(43)}`,
    'whsec_…',
    'whsec_***',
    'eyJ',
    '{"name":"app.started","port":8000}',
  ])('and nothing in %j', (text) => {
    expect(findLeak(text)).toBeUndefined();
  });
});
