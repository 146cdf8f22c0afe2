import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeVault } from '../../store/secrets/vault.js';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';
import { type Certificates, makeCertificates } from '../../testkit/servers/certificates.js';
import { makeRsaKey } from '../../testkit/servers/odd-certificates.js';
import { storedSecrets } from '../../testkit/stored-secret.js';

const CANARY = 'canary-1234567890-tail';
const URL_A = 'https://a.example/hook';
const vault = makeVault([{ id: 'k', key: new Uint8Array(32) }]);
let api: TestApi;
let pems: Certificates;

beforeAll(async () => {
  pems = makeCertificates();
  api = await makeTestApi({
    vault,
    receiverProblem: ({ hostname }) => (hostname === 'internal.test' ? 'internal.test is not public' : undefined),
  });
});
afterAll(() => api.stop());

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const ecKey = (namedCurve: string) => pemOf(generateKeyPairSync('ec', { namedCurve }).privateKey);

const make = (settings: object) => api.send('POST', '/webhooks', { url: URL_A, event_ids: [], ...settings });
const patch = (id: number, body: object) => api.send('PATCH', `/webhooks/${id}`, body);

/** The decrypted value that is stored for a webhook and purpose. */
async function stored(id: number, purpose: 'auth' | 'tls'): Promise<unknown> {
  const [secret, ...more] = await storedSecrets(api.db, id, purpose);
  expect(more).toEqual([]);
  if (!secret) return undefined;
  expect(Buffer.from(secret.sealed).toString('latin1')).not.toContain('canary');
  return JSON.parse(vault.open(id, secret).value);
}

const OAUTH2 = { type: 'oauth2', token_url: 'https://id.example/token', client_id: 'me' };

describe('auth of a webhook', () => {
  it.each([
    [{ type: 'basic', username: 'me', password: CANARY }, 'password'],
    [{ type: 'bearer', token: CANARY }, 'token'],
    [{ type: 'api_key', header: 'Authorization', value: CANARY }, 'value'],
    [
      { ...OAUTH2, client_secret: CANARY, scope: 'a b', audience: 'x', client_auth: 'client_secret_post' },
      'client_secret',
    ],
    [{ type: 'oauth2', issuer: 'https://id.example/realm', client_id: 'me', client_secret: CANARY }, 'client_secret'],
  ])('is answered without its secret: %j', async (auth, part) => {
    const made = await make({ auth }).expect(201);
    const { [part as keyof typeof auth]: _, ...shown } = auth;
    expect(made.body.auth).toMatchObject({ ...shown, hint: 'tail' });
    expect(await stored(made.body.id, 'auth')).toEqual({ [part]: CANARY });
    const read = await api.send('GET', `/webhooks/${made.body.id}`).expect(200);
    const listed = await api.send('GET', '/webhooks').expect(200);
    expect(made.text + read.text + listed.text).not.toContain('canary');
    expect(JSON.stringify(api.lines)).not.toContain('canary');
  });

  it('keeps its secret when it is changed without one, and loses it by null', async () => {
    const made = await make({ auth: { type: 'basic', username: 'me', password: CANARY } }).expect(201);
    const { id } = made.body;
    const changed = await patch(id, { auth: { type: 'basic', username: 'you' } }).expect(200);
    expect(changed.body.auth).toEqual({ type: 'basic', username: 'you', hint: 'tail' });
    expect(await stored(id, 'auth')).toEqual({ password: CANARY });
    await patch(id, { auth: { type: 'basic', username: 'you', password: 'another' } }).expect(200);
    expect(await stored(id, 'auth')).toEqual({ password: 'another' });
    const plain = await patch(id, { auth: null }).expect(200);
    expect(plain.body).not.toHaveProperty('auth');
    expect(await stored(id, 'auth')).toBeUndefined();
  });

  it('has a token_url whose secret is hidden in each answer, and kept when it is sent back', async () => {
    const auth = { ...OAUTH2, token_url: `https://id.example/token?tenant=a&api_key=${CANARY}` };
    const hidden = { ...OAUTH2, token_url: 'https://id.example/token?tenant=a&api_key=***' };
    const made = await make({ auth: { ...auth, client_secret: 'a secret' } }).expect(201);
    const { id } = made.body;
    const texts = [made.text];
    for (const method of ['PUT', 'PATCH'])
      texts.push((await api.send(method, `/webhooks/${id}`, { auth: made.body.auth }).expect(200)).text);
    for (const path of [`/webhooks/${id}`, '/webhooks', '/webhooks/space/0'])
      texts.push((await api.send('GET', path).expect(200)).text);
    for (const text of texts) {
      expect(text).toContain(hidden.token_url);
      expect(text).not.toContain('canary');
    }
    const { settings } = await api.db('webhooks').where({ id }).first('settings');
    expect(JSON.stringify(settings)).toContain(CANARY);

    const wanted = 'auth: *** replaces a part of token_url that is not shown; send the whole URL';
    const other = { ...hidden, token_url: hidden.token_url.replace('tenant=a', 'tenant=b'), client_secret: 'a secret' };
    const refused = await patch(id, { auth: other }).expect(409);
    expect(refused.body.errors).toEqual([{ code: 409, message: wanted, source: 'auth' }]);
    expect((await make({ auth: other }).expect(422)).body.errors[0].message).toBe(wanted);
  });

  it('wants its secret again when it would be sent to another server, path or token endpoint', async () => {
    const made = await make({ auth: { ...OAUTH2, client_secret: CANARY } }).expect(201);
    const { id } = made.body;
    for (const body of [
      { url: 'https://evil.example/hook' },
      { url: 'http://a.example/hook' },
      { url: 'https://a.example:8443/hook' },
      { url: 'https://a.example/hook/' },
      { url: 'https://a.example/another?x=/hook' },
      { url: 'https://a.example/hook/../another' },
      { auth: { ...OAUTH2, token_url: 'https://evil.example/token' } },
      { auth: { ...OAUTH2, token_url: 'https://id.example/another' } },
      { auth: { type: 'oauth2', issuer: 'https://id.example', client_id: 'me' } },
      { auth: { type: 'bearer' } },
    ]) {
      const refused = await patch(id, body).expect(409);
      expect(refused.body.errors[0].source).toBe('auth');
      await api.send('PUT', `/webhooks/${id}`, body).expect(409);
    }
    expect((await api.send('GET', `/webhooks/${id}`)).body).toMatchObject({ url: URL_A, auth: OAUTH2 });
    for (const url of [`${URL_A}?page=2`, 'HTTPS://A.example:443/hook', 'https://a.example/x/../hook#end', URL_A])
      await patch(id, { url, auth: { ...OAUTH2, scope: 'more' } }).expect(200);
    expect(await stored(id, 'auth')).toEqual({ client_secret: CANARY });
    const moved = { url: 'https://b.example/hook', auth: { ...OAUTH2, client_secret: 'again' } };
    await patch(id, moved).expect(200);
    expect(await stored(id, 'auth')).toEqual({ client_secret: 'again' });
    await patch(id, { url: 'https://c.example/', auth: null }).expect(200);
  });

  it('wants its key again for another header, which a receiver may repeat', async () => {
    const auth = { type: 'api_key', header: 'X-Key', value: CANARY };
    const { id } = (await make({ auth }).expect(201)).body;
    for (const method of ['PATCH', 'PUT']) {
      const refused = await api.send(method, `/webhooks/${id}`, { auth: { type: 'api_key', header: 'X-Trace' } });
      const message =
        'auth.value must be sent again, because auth.header would change: a secret is sent only to the destination for which it was entered';
      expect([refused.status, refused.body.errors]).toEqual([409, [{ code: 409, message, source: 'auth' }]]);
    }
    await patch(id, { auth: { type: 'api_key', header: 'x-key' } }).expect(200);
    await patch(id, { auth: { ...auth, header: 'X-Trace', value: 'another' } }).expect(200);
    expect(await stored(id, 'auth')).toEqual({ value: 'another' });
  });

  it.each([
    {},
    { type: 'kerberos' },
    { type: 'basic' },
    { type: 'basic', username: 'me' },
    { type: 'basic', username: 'a:b', password: CANARY },
    { type: 'basic', username: 'me', password: `${CANARY}\n` },
    { type: 'basic', username: 'me', password: `${CANARY}\ud800` },
    { type: 'basic', username: 'me', password: CANARY, token: CANARY },
    { type: 'bearer' },
    { type: 'bearer', token: '' },
    { type: 'bearer', token: `${CANARY} x` },
    { type: 'bearer', token: `${CANARY}\r\nX: y` },
    { type: 'bearer', token: CANARY.repeat(400) },
    { type: 'bearer', token: 5 },
    { type: 'api_key', header: 'Host', value: CANARY },
    { type: 'api_key', header: 'Webhook-Id', value: CANARY },
    { type: 'api_key', header: 'a b', value: CANARY },
    { type: 'api_key', header: 'X-Key', value: `${CANARY}é` },
    { type: 'api_key', value: CANARY },
    { ...OAUTH2 },
    { ...OAUTH2, client_secret: CANARY, issuer: 'https://id.example' },
    { ...OAUTH2, client_secret: CANARY, token_url: undefined },
    { ...OAUTH2, client_secret: CANARY, token_url: 'ftp://id.example' },
    { ...OAUTH2, client_secret: CANARY, token_url: 'https://me:pass@id.example' },
    { ...OAUTH2, client_secret: CANARY, token_url: 'https://id.example/#x' },
    { ...OAUTH2, client_secret: CANARY, token_url: 'https://internal.test/' },
    { ...OAUTH2, client_secret: CANARY, client_id: '' },
    { ...OAUTH2, client_secret: CANARY, scope: 'a  b' },
    { ...OAUTH2, client_secret: CANARY, client_auth: 'private_key_jwt' },
    'basic',
    [],
  ])('is refused without storing or repeating anything: %j', async (auth) => {
    const before = await api.counts();
    const refused = await make({ auth }).expect(422);
    expect(refused.text).toContain('auth');
    expect(refused.text).not.toContain('canary');
    expect(await api.counts()).toEqual(before);
  });

  it('is the only one who says Authorization', async () => {
    const auth = { type: 'api_key', header: 'X-Key', value: CANARY };
    await make({ headers: { authorization: 'Basic x' } }).expect(422);
    await make({ auth, headers: { 'x-key': 'y' } }).expect(422);
    await make({ auth, pass_headers: ['x-key'] }).expect(422);
    const signature = { scheme: 'webhooks-emitter' };
    await make({ auth: { ...auth, header: 'X-Webhooks-Signature' }, signature }).expect(422);
    await make({ auth, headers: { 'x-other': 'y' } }).expect(201);
  });
});

describe('tls of a webhook', () => {
  it('is answered without its key', async () => {
    const tls = { ca: pems.ca, certificate: pems.client.cert, key: pems.client.key };
    const made = await make({ tls }).expect(201);
    expect(made.body.tls).toEqual({ ca: pems.ca, certificate: pems.client.cert });
    expect(made.text).not.toContain('PRIVATE');
    expect(await stored(made.body.id, 'tls')).toEqual({ key: pems.client.key });
    await patch(made.body.id, { tls: { certificate: pems.client.cert } }).expect(409);
    await patch(made.body.id, { tls: { ca: pems.ca, certificate: pems.client.cert } }).expect(200);
    expect(await stored(made.body.id, 'tls')).toEqual({ key: pems.client.key });
    await patch(made.body.id, { tls: { certificate: pems.server.cert } }).expect(409);
    await patch(made.body.id, { tls: { ca: pems.ca } }).expect(200);
    expect(await stored(made.body.id, 'tls')).toBeUndefined();
  });

  it('that changes what is trusted wants the secret of auth again, and stores nothing without it', async () => {
    const auth = { type: 'bearer', token: CANARY };
    const { id } = (await make({ auth }).expect(201)).body;
    const changes = [{ tls: { insecure: true } }, { tls: { ca: pems.ca }, name: 'half' }];
    const refuse = async (tls: object | null) => {
      const before = (await api.send('GET', `/webhooks/${id}`)).body;
      for (const method of ['PATCH', 'PUT']) {
        const refused = await api.send(method, `/webhooks/${id}`, { name: 'half', ...tls }).expect(409);
        expect(refused.body.errors[0]).toMatchObject({ source: 'auth' });
        expect(refused.text).toContain('auth.token must be sent again, because tls would change');
      }
      expect((await api.send('GET', `/webhooks/${id}`)).body).toEqual(before);
    };
    for (const change of changes) await refuse(change);
    await patch(id, { tls: { ca: pems.ca }, auth }).expect(200);
    await patch(id, { tls: { ca: pems.ca }, name: 'the same' }).expect(200);
    for (const tls of [null, { insecure: true }, { ca: pems.server.cert }]) await refuse({ tls });
    expect(await stored(id, 'auth')).toEqual({ token: CANARY });
  });

  it('wants the key of its certificate again for another url, authority or lack of a check', async () => {
    const certificate = { certificate: pems.client.cert };
    const tls = { ...certificate, ca: pems.ca };
    const { key } = pems.client;
    const { id } = (await make({ tls: { ...tls, key }, auth: { type: 'bearer', token: CANARY } }).expect(201)).body;
    for (const [body, words] of [
      [{ url: 'https://a.example/other' }, 'auth.token and tls.key must be sent again, because url would change'],
      [{ tls: { ...certificate, insecure: true }, auth: null }, 'tls.key must be sent again, because tls would change'],
      [{ tls: certificate, url: 'https://b.example' }, 'because url and tls would change'],
    ] as const)
      for (const method of ['PATCH', 'PUT'])
        expect((await api.send(method, `/webhooks/${id}`, body).expect(409)).text).toContain(words);
    await patch(id, { tls, name: 'the same' }).expect(200);
    const again = { tls: { ...tls, key }, auth: { type: 'bearer', token: 'again' } };
    await patch(id, { url: 'https://a.example/other', ...again }).expect(200);
    expect(await stored(id, 'tls')).toEqual({ key });
  });

  it('that is insecure says so in every answer', async () => {
    const made = await make({ tls: { insecure: true } }).expect(201);
    const { id } = made.body;
    const read = await api.send('GET', `/webhooks/${id}`).expect(200);
    const listed = await api.send('GET', '/webhooks?limit=100').expect(200);
    const found = listed.body.nodes.find((each: { id: number }) => each.id === id);
    for (const body of [made.body, read.body, found]) expect(body.tls).toEqual({ insecure: true });
  });

  it.each([
    [
      () => makeRsaKey({ bits: 1024, exponentBits: 24 }),
      'is RSA of 1024 bits, which is not allowed: RSA of 2048 to 4096',
    ],
    [() => makeRsaKey({ bits: 4104, exponentBits: 24 }), 'is RSA of 4104 bits, which is not allowed'],
    [() => makeRsaKey({ bits: 16_384, exponentBits: 24 }), 'is RSA of 16384 bits, which is not allowed'],
    [() => makeRsaKey({ bits: 2048, exponentBits: 2040 }), 'is RSA with larger numbers than a key of its size has'],
    [() => makeRsaKey({ bits: 2048, exponentBits: 24, privateBits: 80_000 }), 'is RSA with larger numbers'],
    [() => makeRsaKey({ bits: 4096, exponentBits: 24, privateBits: 8192 }), 'is RSA with larger numbers'],
    [() => ecKey('secp256k1'), 'is on a curve that is not allowed: RSA of 2048 to 4096 bits, P-256'],
    [() => ecKey('sect571r1'), 'is on a curve that is not allowed'],
    [() => pemOf(generateKeyPairSync('x25519').privateKey), 'is of a kind that is not allowed'],
  ])('is refused with a key that would slow down each handshake, or of an unusual kind: %#', async (keyOf, words) => {
    const before = await api.counts();
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['PATCH', `/webhooks/${(await make({}).expect(201)).body.id}`],
    ] as const) {
      const tls = { certificate: pems.client.cert, key: keyOf() };
      const from = performance.now();
      const refusal = await api.send(method, path, { ...(method === 'POST' && { url: URL_A, event_ids: [] }), tls });
      expect(performance.now() - from).toBeLessThan(1000);
      expect([refusal.status, refusal.text]).toEqual([422, expect.stringContaining(`tls.key: ${words}`)]);
    }
    expect((await api.counts()).webhooks).toBe((before.webhooks ?? 0) + 1);
  });

  it.each([
    ['on P-256', () => ecKey('prime256v1')],
    ['on P-384', () => ecKey('secp384r1')],
    ['on P-521', () => ecKey('secp521r1')],
    ['of Ed25519', () => pemOf(generateKeyPairSync('ed25519').privateKey)],
    ['of RSA with 2048 bits', () => pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)],
    [
      'of RSA-PSS',
      () => pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256' }).privateKey),
    ],
    ['of RSA with 4096 bits', () => makeRsaKey({ bits: 4096, exponentBits: 64 })],
  ])('takes a key %s', async (_name, keyOf) => {
    // The key fits no certificate here, and that is the only problem.
    const refusal = await make({ tls: { certificate: pems.client.cert, key: keyOf() } }).expect(422);
    expect(refusal.text).toContain('does not match the certificate');
  });

  it('may not be insecure where ALLOW_INSECURE_TLS is off, and what is stored may be sent back', async () => {
    const { id } = (await make({ tls: { insecure: true } }).expect(201)).body;
    const strict = await makeTestApi({ insecureTls: false, vault, pool: api.pool, db: api.db });
    const words = "tls: the receiver's certificate must be checked; ALLOW_INSECURE_TLS can allow insecure";
    const refusal = { errors: [{ code: 422, message: words, source: 'tls' }] };
    const body = { url: URL_A, event_ids: [], tls: { insecure: true } };
    expect((await strict.send('POST', '/webhooks', body).expect(422)).body).toEqual(refusal);
    const other = (await strict.send('POST', '/webhooks', { ...body, tls: undefined }).expect(201)).body.id;
    for (const method of ['PUT', 'PATCH'])
      expect((await strict.send(method, `/webhooks/${other}`, { tls: body.tls }).expect(422)).body).toEqual(refusal);
    await strict.send('PATCH', `/webhooks/${id}`, { tls: { insecure: true }, name: 'as it was read' }).expect(200);
    await strict.send('PATCH', `/webhooks/${id}`, { tls: { ca: pems.ca } }).expect(200);
    await strict.send('PATCH', `/webhooks/${id}`, { tls: { insecure: true } }).expect(422);
    await strict.stop();
  });

  it('is refused when it could never work', async () => {
    const { client, server, expired, ca } = pems;
    const cases: readonly (readonly [object, string])[] = [
      [{}, 'is empty; null removes it'],
      [{ insecure: false }, 'is empty; null removes it'],
      [{ ca: 'x' }, 'must be one or more certificates in PEM'],
      [{ ca: `${ca}${client.key}` }, 'must be one or more certificates in PEM'],
      [{ ca: ca.replace(/[A-Za-z]{20}/, 'A'.repeat(20)) }, 'tls.ca'],
      [{ ca: expired.cert }, 'expired on 2020-02-01'],
      [{ ca, insecure: true }, 'has no effect'],
      [{ ca: ca.repeat(200) }, 'at most 65536 characters'],
      [{ certificate: client.cert }, 'tls.key is a required field'],
      [{ key: client.key }, 'requires a certificate'],
      [{ certificate: client.cert, key: server.key }, 'does not match the certificate'],
      [{ certificate: client.cert, key: 'canary' }, 'must be a private key in PEM'],
      [{ certificate: expired.cert, key: expired.key }, 'expired on'],
      [{ certificate: client.cert, key: client.key, passphrase: 'x' }, 'passphrase'],
      [{ ca: ca.repeat(21) }, 'has 21 certificates, and at most 20 are allowed'],
      [{ certificate: client.cert.repeat(11), key: client.key }, 'has 11 certificates, and at most 10 are allowed'],
    ];
    const before = await api.counts();
    for (const [tls, words] of cases) {
      const refused = await make({ tls }).expect(422);
      expect(refused.text).toContain(words);
      expect(refused.text).not.toMatch(/canary|PRIVATE/);
    }
    expect(await api.counts()).toEqual(before);
  });
});
