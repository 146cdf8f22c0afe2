import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../../internal/local/nats-server.js';
import { spawnHukz } from '../../internal/testkit/command-line/spawn-hukz.js';
import { eventually } from '../../internal/testkit/eventually.js';
import { testEnvironment } from '../../internal/testkit/kits/instance-environment.js';
import { makeTestDatabase, type TestDatabase } from '../../internal/testkit/kits/test-database.js';
import { startInstance, type TestInstance } from '../../internal/testkit/kits/test-instance.js';
import { makeCertificates } from '../../internal/testkit/servers/certificates.js';
import { type Receiver, startReceiver } from '../../internal/testkit/servers/receiver.js';
import { startTestNats } from '../../internal/testkit/servers/test-nats.js';
import { startTestProxy } from '../../internal/testkit/servers/test-proxy.js';

let server: NatsServer;
let nats: NatsConnection;
let database: TestDatabase;
let receiver: Receiver;
let cwd: string;
let endings: (() => Promise<unknown>)[];
beforeAll(async () => {
  server = await startTestNats();
  nats = await connect({ servers: server.url });
});
afterAll(async () => {
  await nats.close();
  await server.stop();
});
beforeEach(async () => {
  [database, receiver, cwd] = await Promise.all([
    makeTestDatabase(),
    startReceiver(),
    mkdtemp(join(tmpdir(), 'hukz-go-settings-')),
  ]);
  endings = [];
});
afterEach(async () => {
  for (const end of endings.reverse()) await end();
  await Promise.all([receiver.stop(), database.drop(), rm(cwd, { recursive: true })]);
});

async function start(more: Readonly<Record<string, string>>): Promise<TestInstance> {
  const instance = await startInstance({ database, natsUrl: server.url }, more, { cwd });
  endings.push(instance.kill);
  return instance;
}

/** Publishes until something arrives: another instance's subscription may take a moment. */
async function deliver(instance: TestInstance, url: string, arrived: () => number): Promise<void> {
  await instance.api.webhook(url, [await instance.api.event('post.created')]);
  nats.publish('post.created', '{"id":1}');
  await eventually(() => arrived() > 0, { what: 'the delivery', timeoutMs: 30_000 });
}

const named = (instance: TestInstance, name: string): object[] =>
  instance.lines.map((line) => JSON.parse(line)).filter((line) => line.name === name);

describe('hukz serve with the settings of the Go service', () => {
  it('starts and delivers with all those that it refused before, and says what it makes of them', async () => {
    writeFileSync(join(cwd, 'config.toml'), 'of = "another program"\nbroken =');
    writeFileSync(join(cwd, 'config.json'), '{"name":"an-app","scripts":{},"port":1}');
    const instance = await start({
      HUKZ_MODE: 'staging',
      HUKZ_DATABASE_SSL_MODE: 'prefer',
      HUKZ_NATS_URL: server.url.replace('nats://', 'http://'),
      HUKZ_QUEUE_GROUP: 'team:a/b',
      HUKZ_URL: 'http://127.0.0.1:1',
      HUKZ_LOG: 'debug',
      HUKZ_EGRESS_ALLOW_CIDRS: '127.0.0.0/8',
      HUKZ_EGRESS_ALLOW_PORTS: '1-65535',
    });
    await deliver(instance, receiver.url, () => receiver.requests.length);
    expect(named(instance, 'config.warned')).toEqual([
      expect.objectContaining({ warning: 'config.toml is not read, because there is config.json: keep one of them' }),
      expect.objectContaining({
        warning: expect.stringMatching(/^config\.json is ignored: unknown config param name /),
      }),
      expect.objectContaining({ warning: expect.stringContaining('unknown config param HUKZ_LOG:') }),
      expect.objectContaining({ warning: 'MODE is "staging", which is not development: the mode is production' }),
    ]);
    expect(await instance.stop()).toBe(0);
  }, 90_000);

  it('reads its config.env with variables', async () => {
    const { HUKZ_DATABASE_NAME, HUKZ_QUEUE_GROUP, ...env } = testEnvironment({ database, natsUrl: server.url });
    writeFileSync(join(cwd, 'config.env'), 'DATABASE_NAME=$NAME_OF_IT\nQUEUE_GROUP="group_$STAGE"\n');
    const given = { ...env, NAME_OF_IT: String(HUKZ_DATABASE_NAME), STAGE: String(HUKZ_QUEUE_GROUP) };
    const { code, said } = await spawnHukz(['migrate', 'status'], { env: given, cwd });
    expect([code, said]).toEqual([0, expect.stringMatching(/^applied/)]);
  }, 90_000);

  it('with INTAKE=jetstream takes a queue group with a colon and a slash', async () => {
    const ofStreams = await startTestNats({ jetstream: true });
    endings.push(() => ofStreams.stop());
    const publisher = await connect({ servers: ofStreams.url });
    endings.push(() => publisher.close());
    const settings = { HUKZ_INTAKE: 'jetstream', HUKZ_NATS_URL: ofStreams.url, HUKZ_QUEUE_GROUP: 'team:a/b' };
    const instance = await start(settings);
    await instance.api.webhook(receiver.url, [await instance.api.event('post.created')]);
    publisher.publish('post.created', '{"id":1}');
    await eventually(() => receiver.requests.length > 0, { what: 'the delivery', timeoutMs: 30_000 });
  }, 90_000);
});

describe('the environment of every program', () => {
  it('HTTP_PROXY takes the requests to receivers, which is said at the start; EGRESS_NO_PROXY makes exceptions', async () => {
    const proxy = await startTestProxy({ to: Number(new URL(receiver.url).port) });
    endings.push(() => proxy.stop());
    const variables = { HTTP_PROXY: `http://me:geheim@127.0.0.1:${proxy.port}`, NO_PROXY: 'a.test' };
    const instance = await start({ ...variables, HUKZ_EGRESS_NO_PROXY: '127.0.0.2' });
    await deliver(instance, 'http://10.9.8.7/hook', () => receiver.requests.length);
    expect(proxy.heads).toEqual([expect.stringMatching(/^CONNECT 10\.9\.8\.7:80 /)]);
    expect(named(instance, 'egress.proxied')).toEqual([
      expect.objectContaining({
        http: `127.0.0.1:${proxy.port}`,
        https: 'none',
        from: 'HTTP_PROXY',
        except: 'a.test, 127.0.0.2',
      }),
    ]);
    expect(instance.lines.join()).not.toContain('geheim');
  }, 90_000);

  it.each(['SSL_CERT_FILE', 'SSL_CERT_DIR'])(
    '%s makes an authority trusted beside the public ones',
    async (name) => {
      const certificates = makeCertificates();
      let requests = 0;
      const tlsReceiver = https.createServer(certificates.server, (_request, response) => {
        requests += 1;
        response.end('{}');
      });
      await new Promise<void>((resolve) => tlsReceiver.listen(0, '127.0.0.1', resolve));
      endings.push(async () => {
        tlsReceiver.closeAllConnections();
        await new Promise((resolve) => tlsReceiver.close(resolve));
      });
      writeFileSync(join(cwd, 'ca.pem'), certificates.ca);
      const instance = await start({ [name]: name === 'SSL_CERT_DIR' ? cwd : join(cwd, 'ca.pem') });
      const { port } = tlsReceiver.address() as AddressInfo;
      await deliver(instance, `https://localhost:${port}/hook`, () => requests);
      expect(named(instance, 'egress.authorities_added')).toEqual([
        // The other of the two variables is not set, so its usual places count too.
        expect.objectContaining({ from: expect.stringContaining(cwd) }),
      ]);
    },
    90_000,
  );
});

describe('hukz serve --fail-fast', () => {
  it('ends with a sentence if NATS or PostgreSQL is away, before it changes anything', async () => {
    const empty = await makeTestDatabase({ empty: true });
    endings.push(() => empty.drop());
    const env = testEnvironment({ database: empty, natsUrl: 'nats://127.0.0.1:1' });
    const withoutNats = await spawnHukz(['serve', '--fail-fast'], { env, cwd });
    expect([withoutNats.code, withoutNats.said]).toEqual([
      1,
      expect.stringMatching(/NATS does not answer at nats:\/\/127\.0\.0\.1:1: .* \(is it running\? check NATS_URL\)/),
    ]);
    const status = await spawnHukz(['migrate', 'status'], { env, cwd });
    expect(status.said).toContain('no migration is applied');
    const away = { ...env, HUKZ_NATS_URL: server.url, HUKZ_DATABASE_PORT: '1' };
    const withoutDatabase = await spawnHukz(['serve', '--fail-fast'], { env: away, cwd });
    expect([withoutDatabase.code, withoutDatabase.said]).toEqual([
      1,
      expect.stringMatching(/PostgreSQL does not answer at 127\.0\.0\.1:1: .* \(is it running\? check DATABASE_HOST/),
    ]);
  }, 90_000);

  it('starts as always if both are there', async () => {
    const instance = await startInstance({ database, natsUrl: server.url }, {}, { cwd, args: ['--fail-fast'] });
    expect(await instance.stop()).toBe(0);
  }, 90_000);
});
