import { expect, it } from '@jest/globals';
import { credsAuthenticator, nkeys } from 'nats';
import { readCreds } from './creds.js';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const account = 'AACCOUNT';
const user = nkeys.createUser();
const seed = new TextDecoder().decode(user.getSeed());
const jwtOf = (claims: object) => `${encode({ alg: 'ed25519-nkey' })}.${encode(claims)}.c2ln`;
const claims = { iss: account, sub: user.getPublicKey(), nats: {} };
const file = (jwt: string, itsSeed = seed, end = '\n') =>
  [
    '-----BEGIN NATS USER JWT-----',
    jwt,
    '------END NATS USER JWT------',
    '',
    '************************* IMPORTANT *************************',
    '-----BEGIN USER NKEY SEED-----',
    itsSeed,
    '------END USER NKEY SEED------',
    '',
  ].join(end);
const read = (text: string) => readCreds(Buffer.from(text));

it('answers a server as the client of NATS does', () => {
  const text = file(jwtOf(claims));
  const theirs = credsAuthenticator(Buffer.from(text))('a nonce');
  expect(read(text).authenticator('a nonce')).toEqual(theirs);
  expect(read(text).account).toBe(account);
});

it('reads files with the ends of lines of other systems', () => {
  expect(read(file(jwtOf(claims), seed, '\r\n')).account).toBe(account);
});

it('a signing key issues for its account', () => {
  const ofSigningKey = { ...claims, iss: 'ASIGNER', nats: { issuer_account: account } };
  expect(read(file(jwtOf(ofSigningKey))).account).toBe(account);
});

it.each([
  ['nothing', ''],
  ['a word', 'broken'],
  ['bytes', '\u0000\ufffd'],
  ['half a file', file(jwtOf(claims)).slice(0, 60)],
  ['a JWT that is none', file('a.b.c')],
  ['a JWT without an issuer', file(jwtOf({ sub: 'U' }))],
  ['a JWT that is a number', file(`x.${encode(7)}.y`)],
  ['only a seed', `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`],
])('%s is no creds file', (_what, text) => {
  expect(() => read(text)).toThrow(/no user JWT/);
});

it.each([
  ['none', ''],
  ['cut', seed.slice(0, -4)],
  ['mistyped', seed.slice(0, 10) + (seed[10] === 'A' ? 'B' : 'A') + seed.slice(11)],
  ['of an account', new TextDecoder().decode(nkeys.createAccount().getSeed())],
])('a seed that is %s is refused, without a word of it', (_what, wrong) => {
  const act = () => read(file(jwtOf(claims), wrong));
  expect(act).toThrow(/its seed cannot be used/);
  try {
    act();
  } catch (error) {
    if (wrong) expect(String(error)).not.toContain(wrong.slice(0, 10));
  }
});
