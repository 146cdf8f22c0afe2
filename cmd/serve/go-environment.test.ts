import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import type { TestInstance } from '../../internal/testkit/kits/test-instance.js';
import { INSTANCES, PerTestKit, usePerTestKit } from '../../internal/testkit/per-test/per-test-kit.js';
import { makeCertificates } from '../../internal/testkit/servers/certificates.js';
import { startReceiver } from '../../internal/testkit/servers/receiver.js';
import { startTestProxy } from '../../internal/testkit/servers/test-proxy.js';

jest.setTimeout(240_000);

const kit = usePerTestKit(new PerTestKit(INSTANCES, {}));
const linesNamed = (instance: TestInstance, name: string): readonly object[] =>
  instance.lines.map((line) => JSON.parse(line)).filter((line) => line.name === name);

const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const PRELOADED = ['internal/testkit/register-typescript.mjs', 'faults/preload/other-hosts.ts'];

/** The environment of an instance that finds the host of a URL at another address, without a name server. */
function namesOf(url: string) {
  writeFileSync(join(kit.cwd, 'hosts'), `10.9.8.7 ${new URL(url).hostname}\n`);
  const options = PRELOADED.map((file) => `--import=${pathOf(file)}`);
  return { FAULTS_HOSTS: join(kit.cwd, 'hosts'), NODE_OPTIONS: options.join(' ') };
}

/** All texts of a JSON value, at any depth. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** A proxy that leads every request to the receiver of the test. */
async function startProxy() {
  const proxy = await startTestProxy({ to: Number(new URL(kit.receiver.url).port) });
  kit.atEnd(() => proxy.stop());
  return proxy;
}

describe('the environment of every program', () => {
  it('HTTP_PROXY takes the requests to receivers, which is said at the start; two lists make exceptions', async () => {
    const proxy = await startProxy();
    const variables = { HTTP_PROXY: `http://me:geheim@127.0.0.1:${proxy.port}`, NO_PROXY: 'a.test' };
    const instance = await kit.start({ ...variables, HUKZ_EGRESS_NO_PROXY: '127.0.0.2' });
    await instance.api.webhook('http://10.9.8.7/hook', [await instance.api.event('post.created')]);
    kit.nats.publish('post.created', '{"id":1}');
    await kit.receiver.waitFor(1);
    expect(proxy.heads).toEqual([expect.stringMatching(/^CONNECT 10\.9\.8\.7:80 /)]);
    expect(linesNamed(instance, 'egress.proxied')).toEqual([
      expect.objectContaining({
        http: `127.0.0.1:${proxy.port}`,
        https: 'none',
        from: 'HTTP_PROXY',
        except: 'a.test, 127.0.0.2',
      }),
    ]);
    expect(instance.lines.join()).not.toContain('geheim');
  });

  it('HTTPS_PROXY takes https alone, and EGRESS_PROXY goes before both', async () => {
    const [ours, theirs] = [await startProxy(), await startProxy()];
    const both = { HTTP_PROXY: `http://127.0.0.1:${theirs.port}`, HTTPS_PROXY: `http://127.0.0.1:${theirs.port}` };
    const instance = await kit.start({ ...both, HUKZ_EGRESS_PROXY: `http://127.0.0.1:${ours.port}` });
    await instance.api.webhook('http://10.9.8.7/hook', [await instance.api.event('post.created')]);
    const { HTTP_PROXY: _, ...httpsOnly } = both;
    const other = await kit.start({ ...httpsOnly, HUKZ_QUEUE_GROUP: 'other' });
    expect(linesNamed(other, 'egress.proxied')).toEqual([
      expect.objectContaining({ http: 'none', https: `127.0.0.1:${theirs.port}`, from: 'HTTPS_PROXY' }),
    ]);
    await other.kill();
    kit.nats.publish('post.created', '{"id":1}');
    await kit.receiver.waitFor(1);
    expect([ours.heads.length, theirs.heads.length]).toEqual([1, 0]);
  });

  it.each(['SSL_CERT_FILE', 'SSL_CERT_DIR'])('%s makes an authority trusted beside the public ones', async (name) => {
    const certificates = makeCertificates();
    const receiver = await startReceiver({}, 0, certificates.server);
    kit.atEnd(() => receiver.stop());
    writeFileSync(join(kit.cwd, 'ca.pem'), certificates.ca);
    const instance = await kit.start({ [name]: name === 'SSL_CERT_DIR' ? kit.cwd : join(kit.cwd, 'ca.pem') });
    await instance.api.webhook(receiver.url, [await instance.api.event('post.created')]);
    kit.nats.publish('post.created', '{"id":1}');
    await receiver.waitFor(1);
    expect(linesNamed(instance, 'egress.authorities_added')).toEqual([
      // The other of the two variables is not set, so its usual places count too.
      expect.objectContaining({ from: expect.stringContaining(kit.cwd) }),
    ]);
  });
});

describe('DEGA_TO_SLACK and DEGA_TO_GOOGLE_CHAT', () => {
  const BODY = { title: 'A post', excerpt: 'Short', published_date: '2026-01-31T12:00:00Z' };
  const SLACK = 'http://hooks.slack.com/services/T0/B0/x';
  const GOOGLE = 'http://chat.googleapis.com/v1/spaces/A/messages';

  it.each([
    ['slack', SLACK, {}, '*Created Post: A post*', 'Short'],
    ['slack', SLACK, { HUKZ_DEGA_TO_SLACK: 'true' }, 'Short', '"contains"'],
    ['google', GOOGLE, {}, '"contains":["post"]', '*Created'],
    ['google', GOOGLE, { HUKZ_DEGA_TO_GOOGLE_CHAT: 'true' }, 'Short', '"contains":["post"]'],
  ])(
    'decide what %s at %s gets with %j',
    async (_what, url, flags: Readonly<Record<string, string>>, contains, lacks) => {
      const { port } = await startProxy();
      const { api } = await kit.start({ HTTP_PROXY: `http://127.0.0.1:${port}`, ...namesOf(url), ...flags });
      await api.webhook(url, [await api.event('post.created')]);
      kit.nats.publish('post.created', JSON.stringify(BODY));
      const [request] = await kit.receiver.waitFor(1);
      const texts = textsIn(JSON.parse(String(request?.body))).join('\n');
      expect(texts).toContain(contains);
      expect(texts).not.toContain(lacks);
    },
  );
});

describe('requests and messages as the Go service takes them', () => {
  it('null fields, names in another case, and space 0 as all spaces', async () => {
    const { api } = await kit.start();
    const event = await api.post('/events', { Event: 'post.created', NAME: 'Posts', tags: null });
    expect([event.status, event.body]).toEqual([
      201,
      expect.objectContaining({ event: 'post.created', name: 'Posts', tags: {} }),
    ]);
    const fields = {
      URL: kit.receiver.url,
      Event_IDs: [event.body.id],
      name: null,
      tags: { app: null },
      enabled: null,
    };
    const webhook = await api.post('/webhooks/space/7', fields);
    expect([webhook.status, webhook.body]).toEqual([
      201,
      expect.objectContaining({ space_id: 7, name: '', tags: {}, enabled: true }),
    ]);
    const { body: listed } = await api.get(`/webhooks/${webhook.body.id}`);
    const sentBack = await api.put(`/webhooks/${listed.id}`, { ...listed, event_ids: [event.body.id], tags: null });
    expect([sentBack.status, sentBack.body.errors]).toEqual([200, undefined]);
    expect((await api.get('/webhooks/space/0')).body.nodes).toHaveLength(1);
    expect((await api.get('/webhooks/space/0/check?event=post.created')).body).toEqual({ event_enabled: true });
    expect((await api.get('/webhooks/space/8/check?event=post.created')).body).toEqual({ event_enabled: false });
  });

  it('a message with a reply subject is answered by its own responder, which takes 300 ms, and by nobody before', async () => {
    const { api } = await kit.start();
    await api.webhook(kit.receiver.url, [await api.event('post.created')]);
    const responder = kit.nats.subscribe('post.created', {
      callback: (_error, message) => void setTimeout(() => message.respond('from the application'), 300),
    });
    await kit.nats.flush();
    for (let n = 0; n < 3; n++) {
      const answer = await kit.nats.request('post.created', `{"n":${n}}`, { timeout: 20_000 });
      expect(answer.string()).toBe('from the application');
    }
    responder.unsubscribe();
    await kit.receiver.waitFor(3);
  });
});
