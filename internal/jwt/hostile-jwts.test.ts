import { createHmac, createSign, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportSPKI } from 'jose';
import { makeGuardedAgents } from '../destinations/connection/guarded-agents.js';
import { SpaceKeys } from '../domain/matching/space-names.js';
import { AppError } from '../errors.js';
import type { FindJwt } from '../identity/authenticate.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import {
  AUDIENCE,
  ISSUER,
  type Issuer,
  type IssuerKey,
  makeIssuerKey,
  startIssuer,
  usualClaims,
} from '../testkit/tokens/issuer.js';
import { fetchKeys } from './fetch-keys.js';
import { makeFindJwt } from './find-jwt.js';
import { makeKeySet } from './key-set.js';

let issuer: Issuer;
let rsa: IssuerKey;
let find: FindJwt;
let now = Date.now();
const stopping = new AbortController();
const claims = { role: 'hukz_role', spaces: 'hukz_spaces', events: 'hukz_events', user: 'hukz_user' };
const seconds = (more: number) => Math.floor(Date.now() / 1000) + more;

beforeAll(async () => {
  issuer = await startIssuer();
  rsa = await issuer.addKey('RS256');
  const agents = makeGuardedAgents(makeTestOpener());
  const request = { url: issuer.url, agents, userAgent: 'hukz/test', timeoutMs: 10_000, stopping: stopping.signal };
  const keys = makeKeySet({
    fetchKeys: () => fetchKeys(request),
    monotonicMs: () => performance.now(),
    logger: makeTestLogger(),
  });
  const spaces = new SpaceKeys();
  spaces.change([{ id: 7, key: 'acme' }]);
  const rules = { issuer: ISSUER, audiences: [AUDIENCE, 'other'], skewMs: 30_000, claims };
  find = makeFindJwt({ keys, rules, spaces, now: () => now });
});
afterAll(() => issuer.stop());

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Signs any header, as text or as an object, with the RSA key of the issuer. */
async function signed(header: unknown, payload: unknown = usualClaims(), by = rsa): Promise<string> {
  const begin = `${base64(header)}.${base64(payload)}`;
  const der = await crypto.subtle.exportKey('pkcs8', by.privateKey);
  const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(der).toString('base64')}\n-----END PRIVATE KEY-----`;
  return `${begin}.${createSign('sha256').update(begin).sign(pem).toString('base64url')}`;
}

async function refusal(text: string): Promise<string> {
  const found = await Promise.resolve(find(text)).catch((error: unknown) => error);
  if (found instanceof AppError) return `${found.code}: ${found.message}`;
  throw found instanceof Error ? found : new Error(`it was accepted: ${JSON.stringify(found)}`);
}

const header = () => ({ alg: 'RS256', kid: rsa.kid });

describe('a JWT that is not from the issuer, or not for hukz, is refused', () => {
  it.each<[string, () => Promise<string>, RegExp]>([
    ['without a signature (none)', async () => `${base64({ alg: 'none' })}.${base64(usualClaims())}.`, /algorithm/],
    [
      'none in other letters',
      async () => `${base64({ alg: 'nOnE' })}.${base64(usualClaims())}.`,
      /algorithm|valid JWT/,
    ],
    ['RS256 with its signature cut off', async () => (await issuer.sign({}, rsa)).replace(/[^.]*$/, ''), /signature/],
    [
      'HS256 with the public key as the secret',
      async () => {
        const begin = `${base64({ alg: 'HS256', kid: rsa.kid })}.${base64(usualClaims())}`;
        const pem = await exportSPKI(await crypto.subtle.importKey('jwk', rsa.jwk, RSA, true, ['verify']));
        return `${begin}.${createHmac('sha256', pem).update(begin).digest('base64url')}`;
      },
      /algorithm/,
    ],
    [
      'HS256 with an empty secret',
      async () => {
        const begin = `${base64({ alg: 'HS256' })}.${base64(usualClaims())}`;
        return `${begin}.${createHmac('sha256', '').update(begin).digest('base64url')}`;
      },
      /algorithm/,
    ],
    ['an algorithm that does not fit the key', async () => signed({ ...header(), alg: 'PS256' }), /signature|no key/],
    ['ES256 under the name of the RSA key', async () => signed({ alg: 'ES256', kid: rsa.kid }), /no key/],
    ['an algorithm twice, none last', () => signed(`{"alg":"RS256","kid":"${rsa.kid}","alg":"none"}`), /algorithm/],
    [
      'the key of a stranger, under a known name',
      async () => issuer.sign({}, await makeIssuerKey(rsa.kid, 'RS256')),
      /signature/,
    ],
    [
      'a key in the header (jwk)',
      async () => {
        const stranger = await makeIssuerKey(rsa.kid, 'RS256');
        return signed({ ...header(), jwk: stranger.jwk }, usualClaims(), stranger);
      },
      /signature/,
    ],
    [
      'the place of a key in the header (jku, x5u)',
      async () => {
        const stranger = await makeIssuerKey('stranger', 'RS256');
        const places = { jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/keys', x5c: ['AAAA'] };
        return signed({ alg: 'RS256', kid: 'stranger', ...places }, usualClaims(), stranger);
      },
      /no key/,
    ],
    ['a kid that is a path', () => signed({ alg: 'RS256', kid: '../../../../dev/null' }), /no key/],
    ['a kid that is SQL', () => signed({ alg: 'RS256', kid: "' or 1=1 --" }), /no key/],
    ['a kid of the prototype', () => signed({ alg: 'RS256', kid: '__proto__' }), /no key/],
    ['a kid that is no text', () => signed({ alg: 'RS256', kid: { a: 1 } }), /no key|valid JWT/],
    [
      'an extension that has to be understood (crit)',
      () => signed({ ...header(), crit: ['exp'], exp: 1 }),
      /valid JWT/,
    ],
    [
      'a payload that is not encoded (b64)',
      () => signed({ ...header(), crit: ['b64'], b64: false }),
      /valid JWT|algorithm|signature/,
    ],
    ['another issuer', () => issuer.sign({ iss: 'https://evil.example' }), /"iss" is not AUTH_ISSUER/],
    ['an issuer that begins alike', () => issuer.sign({ iss: `${ISSUER}.evil.example` }), /"iss"/],
    ['no issuer', () => issuer.sign({ iss: undefined }), /missing|"iss"/],
    ['a list of issuers', () => issuer.sign({ iss: [ISSUER] }), /"iss"|registered/],
    ['another audience', () => issuer.sign({ aud: 'billing' }), /"aud" does not name AUTH_AUDIENCE/],
    ['no audience', () => issuer.sign({ aud: undefined }), /missing|"aud"/],
    ['an empty list of audiences', () => issuer.sign({ aud: [] }), /"aud"/],
    ['an end in the past', () => issuer.sign({ exp: seconds(-60) }), /it has expired/],
    ['no end', () => issuer.sign({ exp: undefined }), /missing/],
    ['an end that is a text', () => issuer.sign({ exp: '9999999999' as unknown as number }), /registered claims/],
    ['a begin in the future', () => issuer.sign({ nbf: seconds(300) }), /it is not valid yet/],
    ['no subject', () => issuer.sign({ sub: undefined }), /missing/],
    ['claims that are a list', () => signed(header(), []), /valid JWT/],
    ['claims that are no JSON', () => signed(header(), 'exp=1'), /valid JWT/],
    [
      'claims that were changed',
      async () => {
        const [head, , signature] = (await issuer.sign({ hukz_role: 'space_reader', hukz_spaces: 7 })).split('.');
        return `${head}.${base64(usualClaims())}.${signature}`;
      },
      /signature/,
    ],
    ['15 KiB of nothing', async () => `ey${'a'.repeat(15_000)}.${'a'.repeat(100)}.aa`, /valid JWT/],
    ['a header that is random', async () => `ey${randomBytes(50).toString('base64url')}.e30.e30`, /valid JWT/],
  ])('%s', async (_what, make, sentence) => {
    const told = await refusal(await make());
    expect(told).toMatch(/^unauthorized: the JWT in Authorization is refused: /);
    expect(told).toMatch(sentence);
  });

  const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
});

describe('the claims of a valid JWT', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no role', { hukz_role: undefined }, /"hukz_role" does not name a role/],
    ['a role that does not exist', { hukz_role: 'root' }, /"hukz_role" does not name a role/],
    ['a role of the prototype', { hukz_role: 'constructor' }, /"hukz_role" does not name a role/],
    ['a list of roles', { hukz_role: ['admin'] }, /"hukz_role" does not name a role/],
    ['a role of spaces without them', { hukz_role: 'space_admin' }, /needs its spaces/],
    ['a role of all spaces with some', { hukz_spaces: [7] }, /has all spaces/],
    ['no space', { hukz_role: 'space_reader', hukz_spaces: [] }, /"hukz_spaces" has to list/],
    ['spaces that are null', { hukz_role: 'publisher', hukz_spaces: null }, /"hukz_spaces" has to list/],
    ['a space without its prefix', { hukz_role: 'space_reader', hukz_spaces: ['acme'] }, /"hukz_spaces" has to list/],
    ['a space that is no number', { hukz_role: 'space_reader', hukz_spaces: [7.5] }, /"hukz_spaces" has to list/],
    ['1,001 spaces', { hukz_role: 'space_reader', hukz_spaces: Array(1001).fill(7) }, /"hukz_spaces" has to list/],
    [
      'spaces of which none exists',
      { hukz_role: 'space_reader', hukz_spaces: ['key:gone'] },
      /none of its spaces exists/,
    ],
    ['subjects that are none', { hukz_role: 'publisher', hukz_events: ['a..b'] }, /"hukz_events" has to list/],
    ['a user that is a text', { hukz_user: '1' }, /"hukz_user" has to be/],
    ['a user of zero', { hukz_user: 0 }, /"hukz_user" has to be/],
    ['a subject of spaces', { sub: ' ' }, /"sub" has to be/],
    ['a subject that is endless', { sub: 'a'.repeat(256) }, /"sub" has to be/],
  ])('%s are forbidden, with a sentence', async (_what, more, sentence) => {
    const told = await refusal(await issuer.sign(more));
    expect(told).toMatch(/^forbidden: the JWT in Authorization is valid, but /);
    expect(told).toMatch(sentence);
  });

  it('give the role its scopes, in the spaces and for the subjects that they name, until the end', async () => {
    const exp = seconds(60);
    const named = { hukz_role: 'space_writer', hukz_spaces: ['key:acme', 9], hukz_events: 'shop.>', hukz_user: 5, exp };
    const principal = await find(await issuer.sign(named));
    expect(principal).toMatchObject({ subject: 'jwt:alice', userId: 5, spaces: [7, 9], publishTo: ['shop.>'] });
    expect(principal.expiresAt).toEqual(new Date(exp * 1000));
    expect(principal.scopes.has('webhooks:write')).toBe(true);
    expect(principal.scopes.has('events:write')).toBe(false);
    expect(await find(await issuer.sign({ hukz_role: 'publisher', hukz_spaces: 'key:acme' }))).toMatchObject({
      spaces: [7],
    });
  });

  it('that appear twice count by their last value alone, as RFC 7519 allows', async () => {
    const twice = `${JSON.stringify({ ...usualClaims(), hukz_role: 'admin' }).slice(0, -1)},"hukz_role":"publisher"}`;
    const { scopes } = await find(await signed(header(), twice));
    expect([...scopes]).toEqual(['messages:publish']);
  });
});

it.each(['RS256', 'PS384', 'ES256', 'ES512', 'EdDSA'])('a JWT by a key of %s is accepted', async (alg) => {
  const other = await startIssuer();
  const key = await other.addKey(alg);
  issuer.keys.push({ ...key, kid: alg, jwk: { ...key.jwk, kid: alg } });
  const text = await issuer.sign({}, { ...key, kid: alg });
  const keys = makeKeySet({
    fetchKeys: async () => ({ keys: issuer.keys.map(({ jwk }) => jwk) }),
    monotonicMs: () => 0,
    logger: makeTestLogger(),
  });
  const rules = { issuer: ISSUER, audiences: [AUDIENCE], skewMs: 0, claims };
  const own = makeFindJwt({ keys, rules, spaces: new SpaceKeys(), now: Date.now });
  expect(await own(text)).toMatchObject({ subject: 'jwt:alice', spaces: 'all' });
  await other.stop();
});

it('a JWT that was verified is known on until its end and the skew, and not a moment longer', async () => {
  const exp = seconds(100);
  const text = await issuer.sign({ exp });
  await find(text);
  expect(find(text)).not.toBeInstanceOf(Promise);
  now = exp * 1000 + 29_999;
  expect(find(text)).not.toBeInstanceOf(Promise);
  now = exp * 1000 + 30_000;
  expect(await refusal(text)).toMatch(/it has expired/);
  now = Date.now();
});
