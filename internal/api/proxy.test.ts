import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { destinationOf, makeEgressRules } from '../domain/egress/egress-rules.js';
import { makeVault } from '../store/secrets/vault.js';
import { PUBLIC_ONLY } from '../testkit/egress-settings.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { storedSecrets } from '../testkit/stored-secret.js';

const URL_A = 'https://a.example/hook';
const PROXY = 'http://operator:canary-sesame@proxy.example:3128';
const SHOWN = 'http://***@proxy.example:3128';
const vault = makeVault([{ id: 'k', key: new Uint8Array(32) }]);
const rules = makeEgressRules({ ...PUBLIC_ONLY, httpsOnly: true });
let api: TestApi;
let closed: TestApi;

beforeAll(async () => {
  const receiverProblem = (url: URL) => rules.problemOf(destinationOf(url));
  api = await makeTestApi({ vault, webhookProxies: true, receiverProblem });
  closed = await makeTestApi();
});
afterAll(async () => {
  await api.stop();
  await closed.stop();
});

const make = (settings: object) => api.send('POST', '/webhooks', { url: URL_A, event_ids: [], ...settings });
const patch = (id: number, body: object) => api.send('PATCH', `/webhooks/${id}`, body);

/** The decrypted proxy credentials that are stored for a webhook. */
async function login(id: number): Promise<string | undefined> {
  const [secret, ...more] = await storedSecrets(api.db, id, 'proxy');
  expect(more).toEqual([]);
  if (!secret) return undefined;
  const { authorization } = JSON.parse(vault.open(id, secret).value);
  return Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
}

describe('a proxy of a webhook', () => {
  it.each([
    [PROXY, SHOWN, 'operator:canary-sesame'],
    ['http://proxy.example', 'http://proxy.example:80', undefined],
    ['http://us%40er@[2606:4700::1111]:8080/', 'http://***@[2606:4700::1111]:8080', 'us@er:'],
    ['none', 'none', undefined],
  ])('is answered without its login: %s', async (proxy, shown, stored) => {
    const made = await make({ proxy }).expect(201);
    expect(made.body.proxy).toBe(shown);
    expect(await login(made.body.id)).toBe(stored);
    const read = await api.send('GET', `/webhooks/${made.body.id}`).expect(200);
    const listed = await api.send('GET', '/webhooks').expect(200);
    expect(made.text + read.text + listed.text + JSON.stringify(api.lines)).not.toMatch(/canary|operator/);
    const again = await api.send('PUT', `/webhooks/${made.body.id}`, { proxy: shown }).expect(200);
    expect([again.body.proxy, await login(made.body.id)]).toEqual([shown, stored]);
  });

  it('keeps its login as long as it is the same, and loses it with it', async () => {
    const { id } = (await make({ proxy: PROXY }).expect(201)).body;
    for (const proxy of ['http://***@proxy.example:3129', 'http://***@evil.example:3128'])
      expect((await patch(id, { proxy }).expect(409)).body.errors[0]).toMatchObject({ source: 'proxy' });
    const refused = await patch(id, { url: 'https://b.example/hook', proxy: SHOWN }).expect(409);
    expect(refused.body.errors[0]).toMatchObject({ source: 'proxy' });
    expect(refused.text).toContain('the user and password of proxy must be sent again, because url would change');
    await patch(id, { tls: { insecure: true } }).expect(409);
    await patch(id, { url: `${URL_A}?page=2`, proxy: SHOWN }).expect(200);
    expect(await login(id)).toBe('operator:canary-sesame');
    await patch(id, { url: 'https://b.example/hook', proxy: PROXY }).expect(200);
    await patch(id, { proxy: 'http://proxy.example:3128' }).expect(200);
    expect(await login(id)).toBeUndefined();
    await patch(id, { proxy: SHOWN }).expect(409);
    await patch(id, { proxy: PROXY }).expect(200);
    expect((await patch(id, { proxy: null }).expect(200)).body).not.toHaveProperty('proxy');
    expect(await login(id)).toBeUndefined();
  });

  it('is not put between a secret and whom it was given for', async () => {
    const auth = { type: 'bearer', token: 'canary' };
    const { id } = (await make({ auth }).expect(201)).body;
    const refused = await patch(id, { proxy: 'http://evil.example:3128' }).expect(409);
    expect(refused.body.errors[0].source).toBe('auth');
    await patch(id, { proxy: PROXY, auth }).expect(200);
    await patch(id, { proxy: SHOWN, name: 'the same' }).expect(200);
    await patch(id, { proxy: 'http://another:login@proxy.example:3128' }).expect(200);
    await patch(id, { proxy: 'http://another:login@proxy.example:3129' }).expect(409);
    for (const proxy of ['none', null]) {
      const { body } = await patch(id, { proxy }).expect(409);
      expect(body.errors[0].message).toContain('auth.token must be sent again, because proxy would change');
    }
    await patch(id, { proxy: 'none', auth }).expect(200);
    await patch(id, { proxy: PROXY }).expect(409);
  });

  it.each([
    ['', 'must be an HTTP proxy'],
    ['NONE', 'must be an HTTP proxy'],
    ['https://canary@proxy.example', 'must be an HTTP proxy'],
    ['socks5://canary@proxy.example', 'must be an HTTP proxy'],
    ['http://canary@proxy.example/path', 'must be an HTTP proxy'],
    ['http://canary@proxy.example:0', 'must be an HTTP proxy'],
    ['http://canary%zz@proxy.example', 'must be an HTTP proxy'],
    ['http://canary\t@proxy.example', 'may not contain spaces'],
    [' http://canary@proxy.example', 'may not contain spaces'],
    [`http://${'canary'.repeat(400)}@proxy.example`, 'at most 2048 characters'],
    ['http://canary@127.0.0.1:3128', '127.0.0.1 is not a public address; EGRESS_ALLOW_CIDRS can allow it'],
    ['http://canary@2130706433', '127.0.0.1 is not a public address'],
    ['http://canary@localhost:3128', 'localhost is not a public address'],
    ['http://canary@[::1]:3128', 'is not a public address'],
    ['http://canary@169.254.169.254', 'is not a public address'],
    ['http://***@proxy.example:3128', 'user and password are required'],
    [5, 'proxy'],
    [{}, 'proxy'],
  ])('is refused without storing or repeating anything: %j', async (proxy, words) => {
    const before = await api.counts();
    const refused = await make({ proxy }).expect(422);
    expect(refused.text).toContain(words);
    expect(refused.text).not.toContain('canary');
    expect(await api.counts()).toEqual(before);
  });

  it('is for those who run hukz to allow', async () => {
    const { id } = (await closed.send('POST', '/webhooks', { url: URL_A, event_ids: [] }).expect(201)).body;
    for (const proxy of [PROXY, 'none']) {
      const refused = await closed.send('PATCH', `/webhooks/${id}`, { proxy }).expect(422);
      expect(refused.body.errors[0]).toMatchObject({ source: 'proxy' });
      expect(refused.text).toContain('WEBHOOK_PROXIES');
      expect(refused.text).not.toContain('canary');
    }
    await closed.send('PATCH', `/webhooks/${id}`, { proxy: null }).expect(200);
  });
});
