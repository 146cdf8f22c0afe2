import { randomBytes } from 'node:crypto';
import https from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';
import { connect, type NatsConnection, headers as natsHeaders } from 'nats';
import { Webhook } from 'standardwebhooks';
import type { NatsServer } from '../local/nats-server.js';
import { makeKnex } from '../store/postgres/knex.js';
import { CANARY, canary, canaryKey, writingsOf, writingsOfKey } from '../testkit/canary.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { makeCertificates } from '../testkit/servers/certificates.js';
import { type Answer, type ReceivedRequest, type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';
import { startTestNats } from '../testkit/servers/test-nats.js';
import { startTestProxy, type TestProxy } from '../testkit/servers/test-proxy.js';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const TOKEN = canary('access-token');
const CLIENT_SECRET = `${canary('client')} +%:`;
const pems = makeCertificates();
const { ca, client } = pems;

let database: TestDatabase;
let server: NatsServer;
let nats: NatsConnection;
let hukz: TestApp;
let receiver: Receiver;
let issuer: Receiver;
let proxy: TestProxy;
const answers: string[] = [];
/** The values that must not be found anywhere. */
const songs = new Set([...writingsOf(CANARY), ...writingsOf(btoa(CANARY)), ...writingsOfKey(client.key)]);
/** The secrets with which requests are currently signed. */
let secrets = [canaryKey('whsec_', 'signing')];

beforeAll(async () => {
  database = await makeTestDatabase();
  server = await startTestNats();
  nats = await connect({ servers: server.url });
  const keys = `2026:${randomBytes(32).toString('base64')}`;
  hukz = await startTestApp(
    { database, natsUrl: server.url },
    {
      HUKZ_ENCRYPTION_KEYS: keys,
      HUKZ_WEBHOOK_PROXIES: 'true',
    },
  );
  proxy = await startTestProxy({ to: 'asked' });
  issuer = await startReceiver(giveToken);
  const demands = { ...pems.server, ca, requestCert: true, rejectUnauthorized: true };
  receiver = await startReceiver((request, index) => verify(request, index === 0), 0, demands);
});
afterAll(async () => {
  await receiver.stop();
  await issuer.stop();
  await proxy.stop();
  await nats.close();
  await hukz.stop();
  await server.stop();
  await database.drop();
});

/** RFC 6749, as a server reads it: the client id and secret are form-encoded, and then base64-encoded. */
function giveToken({ url, headers, body }: ReceivedRequest): Answer {
  const [id, secret] = Buffer.from(String(headers.authorization).slice('Basic '.length), 'base64')
    .toString()
    .split(':');
  const login = [...new URLSearchParams(`${id}=${secret}`)][0];
  const asked = Object.fromEntries(new URLSearchParams(body.toString()));
  const expected = { grant_type: 'client_credentials', scope: 'hooks', audience: 'payments' };
  try {
    expect({ url, login, asked }).toEqual({ url: '/token', login: ['me', CLIENT_SECRET], asked: expected });
  } catch {
    return { status: 401, body: '{"error":"invalid_client"}' };
  }
  return { body: JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 }) };
}

/** An invalid request is not answered with 200. The log row has the reason. */
function verify({ method, url, headers, body }: ReceivedRequest, isFirst: boolean): Answer {
  try {
    for (const secret of secrets) new Webhook(secret).verify(body, headers as Record<string, string>);
    expect({ method, url, headers }).toMatchObject({
      method: 'PUT',
      url: '/hook?of=payments',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': expect.stringContaining('application/cloudevents+json'),
        'x-team': 'payments',
      },
    });
    if (headers['hukz-test'] !== 'true') {
      expect(headers).toMatchObject({ traceparent: TRACE, 'x-request-id': 'r-1' });
      expect(headers).not.toHaveProperty('x-internal');
    }
    const event = HTTP.toEvent({ headers, body: String(body) });
    expect(event instanceof CloudEvent && event.validate()).toBe(true);
    return isFirst ? { status: 500, body: 'not yet' } : { body: 'thanks' };
  } catch (error) {
    return { status: 400, body: (error as Error).message };
  }
}

async function ask(method: 'get' | 'post' | 'patch' | 'put', path: string, body: object = {}) {
  const answer = await (method === 'get' ? hukz.api.get(path) : hukz.api[method](path, body));
  answers.push(`${method} ${path}: ${answer.text} ${JSON.stringify(answer.headers)}`);
  return answer;
}

async function publish(payload: object): Promise<void> {
  const headers = natsHeaders();
  headers.set('traceparent', TRACE);
  headers.set('X-Request-Id', 'r-1');
  headers.set('X-Internal', 'not passed on');
  headers.set('Hukz-Tag', 'team:payments');
  headers.set('Hukz-Space', '7');
  await requestReceipt(nats, { subject: 'orders.eu.paid', payload: JSON.stringify(payload) }, { headers });
}

const delivered = async (id: number, count: number) => {
  const logs = async () => await hukz.api.logs(`webhook_id=${id}`);
  await eventually(async () => (await logs()).length >= count, { what: `${count} log rows`, timeoutMs: 10_000 });
  return logs();
};
const eventIn = ({ headers, body }: ReceivedRequest) => HTTP.toEvent({ headers, body: String(body) });

/** A webhook with every possible setting. */
const wanted = (event: number) => {
  const plain = {
    name: 'everything',
    url: `${receiver.url}/hook?of=payments`,
    enabled: true,
    tags: { team: 'payments' },
    space_id: 7,
    format: 'cloudevents',
    method: 'PUT',
    signature: { scheme: 'standard' },
    headers: { 'x-team': 'payments' },
    pass_headers: ['x-request-id'],
    timeout: '5s',
    retry: {
      schedule: { start: '100ms', factor: 2, cap: '1s', tries: 5 },
      jitter: 0,
      max_age: '1h',
      final_statuses: [400],
    },
    max_in_flight: 2,
    rate: '50/second',
    breaker: { failures: 5, share: 0.9 },
    ordering: { pointer: '/order/id' },
    filter: { data: { order: { id: { $exists: true } } } },
    filter_oversize: 'send',
    disable_after: '2d',
  };
  const auth = {
    type: 'oauth2',
    token_url: `${issuer.url}/token`,
    client_id: 'me',
    scope: 'hooks',
    audience: 'payments',
  };
  const tls = { ca, certificate: client.cert };
  return {
    body: {
      ...plain,
      event_ids: [event],
      secret: secrets[0],
      auth: { ...auth, client_secret: CLIENT_SECRET },
      tls: { ...tls, key: client.key },
      proxy: `http://operator:${canary('proxy')}@127.0.0.1:${proxy.port}`,
    },
    shown: { ...plain, auth, tls, proxy: `http://***@127.0.0.1:${proxy.port}` },
  };
};

describe('a webhook with everything', () => {
  it('is made by one request, verified by its receiver, and read back without a secret', async () => {
    const { body, shown } = wanted(await hukz.api.event('orders.*.paid'));
    const made = await ask('post', '/webhooks', body);
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ ...shown, auth: expect.anything() })]);
    expect(made.body).not.toHaveProperty('secret');
    const { id } = made.body;

    await publish({ order: { id: 'o-1' }, no: 1 });
    await publish({ order: { id: 'o-1' }, no: 2 });
    const logs = await delivered(id, 3);
    expect(
      logs
        .map(({ outcome, response_status_code, response_body }) => [outcome, response_status_code, response_body])
        .reverse(),
    ).toEqual([
      ['failed', 500, 'not yet'],
      ['delivered', 200, 'thanks'],
      ['delivered', 200, 'thanks'],
    ]);
    expect(receiver.requests.map((request) => (eventIn(request) as CloudEvent<{ no: number }>).data?.no)).toEqual([
      1, 1, 2,
    ]);
    expect(issuer.requests).toHaveLength(1);
    const login = `Proxy-Authorization: Basic ${btoa(`operator:${canary('proxy')}`)}`;
    expect(proxy.heads.map((head) => head.includes(login))).toEqual([true, true]);

    expect((await ask('post', `/webhooks/${id}/test`)).body).toMatchObject({
      delivered: true,
      response_body: 'thanks',
    });
    expect((await ask('post', `/webhooks/${id}/test-auth`)).body).toMatchObject({ ok: true, token_lifetime_s: 3600 });

    const read = await ask('get', `/webhooks/${id}`);
    expect(read.body).toMatchObject(shown);
    const listed = await ask('get', '/webhooks?space_id=7&tag=team:payments');
    expect(listed.body.nodes).toEqual([read.body]);
    expect((await ask('put', `/webhooks/${id}`, { name: 'put' })).body).toMatchObject({ ...shown, name: 'put' });
    expect((await ask('patch', `/webhooks/${id}`, { name: shown.name })).body).toMatchObject(shown);
    for (const body of [
      { url: 'https://evil.example' },
      { auth: { ...shown.auth, token_url: 'https://evil.example' } },
    ])
      expect((await ask('patch', `/webhooks/${id}`, body)).status).toBe(409);

    await publish({ order: { id: 'o-2' }, no: 3 });
    expect((await delivered(id, 4))[0]).toMatchObject({ outcome: 'delivered' });
    const deliveries = new Set(logs.map(({ delivery_id }) => delivery_id));
    for (const each of deliveries) expect((await ask('get', `/deliveries/${each}`)).status).toBe(200);
  });

  it('shows the secret that is made for it once, and signs with both until the old one ends', async () => {
    const { id } = (await ask('get', '/webhooks?space_id=7')).body.nodes[0];
    const rotated = await hukz.api.post(`/webhooks/${id}/secret/rotate`).expect(200);
    secrets = [...secrets, rotated.body.secret];
    for (const song of writingsOf(rotated.body.secret.slice('whsec_'.length))) songs.add(song);
    await publish({ order: { id: 'o-1' }, no: 4 });
    expect((await delivered(id, 5))[0]).toMatchObject({ outcome: 'delivered' });
    expect((await ask('get', `/webhooks/${id}`)).body.secrets).toHaveLength(2);
  });

  it('is refused by its receiver when one thing is missing', async () => {
    const refused = https.get(receiver.url, { ca });
    await expect(
      new Promise((resolve, reject) => refused.on('response', resolve).on('error', reject)),
    ).rejects.toThrow();
    const before = receiver.requests.length;
    const { id } = (await ask('get', '/webhooks?space_id=7')).body.nodes[0];
    const { tls, method, headers, format, auth, proxy: by } = wanted(0).body;
    await ask('patch', `/webhooks/${id}`, { tls: { ca }, auth, proxy: by });
    expect((await ask('post', `/webhooks/${id}/test`)).body).toMatchObject({
      delivered: false,
      response_status_code: null,
    });
    expect(receiver.requests).toHaveLength(before);
    for (const change of [
      { method: 'POST' },
      { headers: null },
      { format: 'raw' },
      { auth: null },
      { signature: { scheme: 'none' } },
    ]) {
      await ask('patch', `/webhooks/${id}`, { tls, method, headers, format, auth, proxy: by, ...change });
      const { status, body } = await ask('post', `/webhooks/${id}/test`);
      expect([status, body]).toMatchObject([200, { delivered: false, response_status_code: 400 }]);
    }
  });

  it('has let nothing secret into an answer, a log line, a log row, a metric or a table', async () => {
    for (const path of [
      '/webhooks',
      '/webhooks/logs?limit=100',
      '/events',
      '/dead-letters',
      '/accounting',
      '/health/ready',
    ])
      await ask('get', path);
    const metrics = await (await fetch(`http://127.0.0.1:${hukz.app.metricsPort}/metrics`)).text();
    expect(metrics).toContain('hukz_attempts_total');
    const db = makeKnex(database.connection, { max: 1 });
    const { rows: tables } = await db.raw("select tablename from pg_tables where schemaname = 'hukz'");
    const rows = await Promise.all(
      tables.map(async ({ tablename }: { tablename: string }) => {
        const found = await db.raw('select to_jsonb(each) as row from ?? as each', [tablename]);
        return found.rows.map(({ row }: { row: object }) => `${tablename}: ${JSON.stringify(row)}`);
      }),
    );
    await db.destroy();
    const texts = [...answers, ...hukz.logger.lines.map((line) => JSON.stringify(line)), metrics, ...rows.flat()];
    expect(texts.filter((text) => text.startsWith('webhook_logs'))).not.toEqual([]);
    expect(songs.size).toBeGreaterThanOrEqual(20);
    for (const song of songs) expect(texts.filter((text) => text.includes(song))).toEqual([]);
  });
});
