import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { schemes } from '../domain/signature/schemes.js';
import { makeVault } from '../store/secrets/vault.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await makeTestApi({ vault: makeVault([{ id: 'k', key: randomBytes(32) }]) });
});
afterAll(() => api.stop());

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const BROUGHT = schemes.standard.makeSecret(randomBytes(24));
const create = (more: object = {}) =>
  api.send('POST', '/webhooks', { url: 'https://example.com/hook', event_ids: [], ...more });
const made = async (more: object = {}) => (await create(more).expect(201)).body;
const read = async (id: number) => (await api.send('GET', `/webhooks/${id}`).expect(200)).body;
const patch = (id: number, body: object) => api.send('PATCH', `/webhooks/${id}`, body);
const rotate = (id: number, body: object = {}) => api.send('POST', `/webhooks/${id}/secret/rotate`, body);
/** A webhook like those that were made before signing secrets existed. */
const old = async () => {
  const { id } = await made();
  await api.db('webhook_secrets').where({ webhook_id: id }).delete();
  return id as number;
};
const sealed = async (id: number) => api.db('webhook_secrets').where({ webhook_id: id }).orderBy('id');

describe('the secret of a new webhook', () => {
  it.each(['/webhooks', '/webhooks/space/3'])('is made, shown once, and kept encrypted: POST %s', async (path) => {
    const { body } = await api.send('POST', path, { url: 'https://example.com/hook', event_ids: [] }).expect(201);
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(body).not.toHaveProperty('signature');
    const secrets = [{ hint: body.secret.slice(-4), created_at: INSTANT, expires_at: null }];
    expect(body.secrets).toEqual(secrets);
    const { secret: _, ...rest } = body;
    expect(await read(body.id)).toEqual(rest);
    const { body: list } = await api.send('GET', '/webhooks?limit=100').expect(200);
    expect(list.nodes.find(({ id }: { id: number }) => id === body.id)).toEqual(rest);
    const [row] = await sealed(body.id);
    expect([row.key_id, row.sealed.includes(body.secret)]).toEqual(['k', false]);
  });

  it('may be brought, and is not repeated then', async () => {
    const body = await made({ secret: BROUGHT });
    expect(body).not.toHaveProperty('secret');
    expect(body.secrets).toEqual([{ hint: BROUGHT.slice(-4), created_at: INSTANT, expires_at: null }]);
  });

  it('of a key pair stays here: its public key is shown always', async () => {
    const body = await made({ signature: { scheme: 'standard-ed25519' } });
    expect(body).not.toHaveProperty('secret');
    expect(body.secrets).toEqual([
      { public_key: expect.stringMatching(/^whpk_/), created_at: INSTANT, expires_at: null },
    ]);
    expect((await read(body.id)).secrets).toEqual(body.secrets);
    const secret = schemes['standard-ed25519'].makeSecret(randomBytes(32));
    const brought = await made({ signature: { scheme: 'standard-ed25519' }, secret });
    expect(brought.secrets[0].public_key).toBe(schemes['standard-ed25519'].publicKeyOf?.(secret));
  });

  it('can be done without', async () => {
    const body = await made({ signature: { scheme: 'none' } });
    for (const field of ['secret', 'secrets']) expect(body).not.toHaveProperty(field);
    expect(body.signature).toEqual({ scheme: 'none' });
  });

  it('goes when the webhook does', async () => {
    const { id } = await made();
    await api.send('DELETE', `/webhooks/${id}`).expect(200);
    expect(await sealed(id)).toEqual([]);
  });
});

describe('a change of the scheme', () => {
  it('makes a secret that fits, shows it once, and ends those of before', async () => {
    const { id } = await made();
    const { body } = await patch(id, { signature: { scheme: 'webhooks-emitter', prefix: 'Acme' } }).expect(200);
    expect(body.signature).toEqual({ scheme: 'webhooks-emitter', prefix: 'Acme' });
    expect(body.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(body.secrets).toHaveLength(1);
    expect(await read(id)).not.toHaveProperty('secret');
    const back = await patch(id, { signature: null }).expect(200);
    expect(back.body.secret).toMatch(/^whsec_/);
    expect(back.body).not.toHaveProperty('signature');
  });

  it('takes a secret that is brought, by PATCH and by PUT', async () => {
    const { id } = await made();
    const patched = await patch(id, { signature: { scheme: 'github' }, secret: 'of my own 1234567' }).expect(200);
    expect([patched.body.secret, patched.body.secrets[0].hint]).toEqual([undefined, '4567']);
    const body = { signature: { scheme: 'standard' }, secret: BROUGHT };
    const put = await api.send('PUT', `/webhooks/${id}`, body).expect(200);
    expect(put.body.secrets).toEqual([expect.objectContaining({ hint: BROUGHT.slice(-4) })]);
  });

  it('to none takes the secret away', async () => {
    const { id } = await made();
    const { body } = await patch(id, { signature: { scheme: 'none' } }).expect(200);
    expect(body).not.toHaveProperty('secrets');
    expect(await sealed(id)).toEqual([]);
  });

  it('to the same, or only of its prefix, keeps the secret; and so does a change of anything else', async () => {
    const { id, secrets } = await made({ signature: { scheme: 'webhooks-emitter' } });
    for (const body of [{ signature: { scheme: 'webhooks-emitter', prefix: 'Acme' } }, { name: 'x' }, { tags: {} }]) {
      const changed = await patch(id, body).expect(200);
      expect([changed.body.secret, changed.body.secrets]).toEqual([undefined, secrets]);
    }
  });

  it('gives a secret to a webhook from before, which nothing else does', async () => {
    const id = await old();
    expect(await read(id)).not.toHaveProperty('secrets');
    expect((await patch(id, { name: 'x' }).expect(200)).body).not.toHaveProperty('secrets');
    const { body } = await patch(id, { signature: { scheme: 'standard' } }).expect(200);
    expect(body.secret).toMatch(/^whsec_/);
  });
});

describe('a rotation', () => {
  it('answers the new secret once, and lets those of before live for the overlap', async () => {
    const { id, secret } = await made();
    const { body } = await rotate(id, {}).expect(200);
    expect(body.secret).toMatch(/^whsec_/);
    expect(body.secret).not.toBe(secret);
    expect(body.secrets.map(({ hint }: { hint: string }) => hint)).toEqual([body.secret.slice(-4), secret.slice(-4)]);
    const [fresh, before] = body.secrets;
    expect(fresh.expires_at).toBeNull();
    expect((Date.parse(before.expires_at) - Date.parse(fresh.created_at)) / 3_600_000).toBeCloseTo(24, 2);
    expect(await read(id)).not.toHaveProperty('secret');
  });

  it('never lengthens a life', async () => {
    const { id } = await made();
    const short = await rotate(id, { overlap: '1h' }).expect(200);
    const long = await rotate(id, { overlap: '30d' }).expect(200);
    expect(long.body.secrets[2].expires_at).toBe(short.body.secrets[1].expires_at);
  });

  it('without an overlap ends them now', async () => {
    const { id } = await made();
    const { body } = await rotate(id, { overlap: '0s', secret: BROUGHT }).expect(200);
    expect([body.secret, body.secrets]).toEqual([undefined, [expect.objectContaining({ hint: BROUGHT.slice(-4) })]]);
    expect(await sealed(id)).toHaveLength(1);
  });

  it('gives a webhook from before its first secret', async () => {
    const id = await old();
    const { body } = await rotate(id).expect(200);
    expect([body.secret, body.secrets.length]).toEqual([expect.stringMatching(/^whsec_/), 1]);
  });

  it('at the same time as another keeps both; without an overlap the later one alone', async () => {
    const { id } = await made();
    const both = await Promise.all([rotate(id).expect(200), rotate(id).expect(200)]);
    const hints = (await read(id)).secrets.map(({ hint }: { hint: string }) => hint);
    expect(hints).toHaveLength(3);
    for (const { body } of both) expect(hints).toContain(body.secret.slice(-4));
    const ended = await Promise.all([rotate(id, { overlap: '0s' }), rotate(id, { overlap: '0s' })]);
    const [one, ...more] = (await read(id)).secrets;
    expect(more).toEqual([]);
    expect(ended.map(({ body }) => body.secret.slice(-4))).toContain(one.hint);
  });

  it('is refused when ten live, unless it ends them', async () => {
    const { id } = await made();
    for (let n = 1; n < 10; n++) await rotate(id).expect(200);
    expect((await rotate(id).expect(409)).body.errors[0]).toMatchObject({ source: 'overlap' });
    expect((await rotate(id, { overlap: '0s' }).expect(200)).body.secrets).toHaveLength(1);
  });

  it('is of a webhook that is there', async () => {
    await rotate(2_000_000_000).expect(404);
    const { id } = await made();
    await api.send('DELETE', `/webhooks/${id}`).expect(200);
    await rotate(id).expect(404);
  });
});

describe('what does not fit is refused with the name of the field, and nothing is stored', () => {
  it.each<[object, string]>([
    [{ secret: 'whsec_CANARY' }, 'secret'],
    [{ secret: `whsec_${Buffer.alloc(65).toString('base64')}` }, 'secret'],
    [{ secret: '' }, 'secret'],
    [{ secret: 'CANARY\u0000' }, 'secret'],
    [{ secret: 'CANARY'.repeat(100) }, 'secret'],
    [{ secret: { CANARY: 1 } }, 'secret'],
    [{ secret: null }, 'secret'],
    [{ secret: 'CANARY CANARY', signature: { scheme: 'none' } }, 'secret'],
    [{ secret: BROUGHT, signature: { scheme: 'standard-ed25519' } }, 'secret'],
    [{ secret: 'CANARY', signature: { scheme: 'github' } }, 'secret'],
    [{ signature: 'standard' }, 'signature'],
    [{ signature: {} }, 'signature'],
    [{ signature: { scheme: 'hmac' } }, 'signature'],
    [{ signature: { scheme: '__proto__' } }, 'signature'],
    [{ signature: { scheme: 'github', secret: 'CANARY CANARY' } }, 'signature'],
    [{ signature: { scheme: 'github', prefix: 'Acme' } }, 'signature'],
    [{ signature: { scheme: 'none', prefix: 'Acme' } }, 'signature'],
    [{ signature: { scheme: 'webhooks-emitter', prefix: '' } }, 'signature'],
    [{ signature: { scheme: 'webhooks-emitter', prefix: '-a' } }, 'signature'],
    [{ signature: { scheme: 'webhooks-emitter', prefix: 'a\r\nX: b' } }, 'signature'],
    [{ signature: { scheme: 'webhooks-emitter', prefix: 'a'.repeat(65) } }, 'signature'],
    [{ signature: { scheme: 'webhooks-emitter' }, headers: { 'x-webhooks-signature': 'mine' } }, 'headers'],
  ])('%j', async (body, field) => {
    const before = await api.counts();
    const answer = await create(body).expect(422);
    expect(answer.body.errors[0].source).toBe(field);
    expect(answer.text).not.toContain('CANARY');
    expect(await api.counts()).toEqual(before);
  });

  it('by PATCH and by rotation too', async () => {
    const { id, secrets } = await made();
    const sourceOf = async (request: ReturnType<typeof rotate>, status = 422) =>
      (await request.expect(status)).body.errors[0].source;
    expect(await sourceOf(patch(id, { secret: BROUGHT }))).toBe('secret');
    expect(await sourceOf(patch(id, { signature: { scheme: 'github' }, secret: 'short' }))).toBe('secret');
    for (const overlap of ['-1s', '31d', 5, 'soon', null])
      expect(await sourceOf(rotate(id, { overlap }))).toBe('overlap');
    expect(await sourceOf(rotate(id, { secret: 'whsec_' }), 409)).toBe('secret');
    expect(await sourceOf(rotate(id, { later: true }))).toBe('later');
    const unsigned = await made({ signature: { scheme: 'none' } });
    expect(await sourceOf(rotate(unsigned.id), 409)).toBe('signature');
    expect((await read(id)).secrets).toEqual(secrets);
  });
});
