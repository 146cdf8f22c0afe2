import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { makeKnex } from '../store/postgres/knex.js';
import { CANARY, canary, canaryKey, writingsOf, writingsOfKey } from '../testkit/canary.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { makeCertificates } from '../testkit/servers/certificates.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

const whsec = (name: string) => canaryKey('whsec_', name);
const whsk = (name: string) => canaryKey('whsk_', name);
const pems = makeCertificates();
/** Every spelling of the canary contains one of these. */
const SONGS = [
  ...writingsOf(CANARY),
  ...writingsOf(Buffer.from(CANARY).toString('base64')),
  ...writingsOfKey(pems.client.key),
  ...writingsOfKey(pems.server.key),
];

let database: TestDatabase;
let server: NatsServer;
let nats: NatsConnection;
let hukz: TestApp;
let receiver: Receiver;
const answers: string[] = [];

beforeAll(async () => {
  database = await makeTestDatabase();
  server = await startTestNats();
  nats = await connect({ servers: server.url });
  // This instance has no keys: the stored value is the secret itself, so that each disclosed row discloses the canary.
  hukz = await startTestApp({ database, natsUrl: server.url }, { HUKZ_WEBHOOK_PROXIES: 'true' });
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.stop();
  await nats.close();
  await hukz.stop();
  await server.stop();
  await database.drop();
});

async function ask(method: 'get' | 'post' | 'patch' | 'put' | 'delete', path: string, body: object = {}) {
  const request = method === 'get' || method === 'delete' ? hukz.api[method](path) : hukz.api[method](path, body);
  const answer = await request;
  answers.push(`${answer.text} ${JSON.stringify(answer.headers)}`);
  return answer;
}

const create = (event_ids: number[], more: object) =>
  ask('post', '/webhooks', { url: receiver.url, event_ids, ...more });

const oauth2 = (client_secret: string) => ({
  type: 'oauth2',
  token_url: `${receiver.url}/token?api_key=${canary('t')}`,
  client_id: 'me',
  client_secret,
});
const TOKEN = { body: JSON.stringify({ access_token: canary('token'), refresh_token: canary('token') }) };
const REFUSAL = { status: 401, body: JSON.stringify({ error: canary('token'), error_description: canary('token') }) };

function fail(): never {
  throw new Error('what must be refused was not');
}

/** Stores secrets in every field that takes one, with valid requests. */
async function plantCanaries(event: number): Promise<number[]> {
  const right = [
    { secret: whsec('a') },
    { secret: whsk('b'), signature: { scheme: 'standard-ed25519' } },
    { secret: canary('c'), signature: { scheme: 'github' } },
    { secret: canary('d'), signature: { scheme: 'webhooks-emitter' } },
    { auth: { type: 'basic', username: 'u', password: canary('e') } },
    { auth: { type: 'bearer', token: canary('f') } },
    { auth: { type: 'api_key', header: 'x-key', value: canary('g') } },
    { auth: oauth2(canary('x')) },
    { auth: { ...oauth2(canary('y')), client_auth: 'client_secret_post' } },
    { tls: { ca: pems.ca, certificate: pems.client.cert, key: pems.client.key } },
    // Nothing listens there as a proxy, so that the request fails.
    { proxy: `http://u:${canary('1')}@127.0.0.1:${receiver.port}` },
  ];
  const made = await Promise.all(right.map((body) => create([event], body)));
  expect(made.map(({ status }) => status)).toEqual(right.map(() => 201));
  return made.map(({ body }) => body.id);
}

/** Sends secrets with invalid requests. */
async function plantRefused(event: number): Promise<void> {
  const wrong = [
    { secret: `${whsec('h')}!` },
    { secret: { [CANARY]: 1 } },
    { secret: [canary('i')] },
    { secret: canary('j').repeat(30) },
    { secret: canary('k'), signature: { scheme: 'none' } },
    { secret: `${canary('l')}\u0000`, signature: { scheme: 'github' } },
    { signature: { scheme: 'github', secret: canary('m') } },
    { auth: { type: 'basic', username: 'u:v', password: canary('e') } },
    { auth: { type: 'bearer', token: `${canary('f')} f` } },
    { auth: { type: 'api_key', header: 'host', value: canary('g') } },
    { auth: { ...oauth2(canary('x')), token_url: `http://me:${canary('z')}@127.0.0.1/` } },
    { auth: { ...oauth2(canary('x')), issuer: receiver.url } },
    { tls: { certificate: pems.client.cert, key: pems.server.key } },
    { tls: { certificate: pems.server.key, key: pems.client.key } },
    { tls: { ca: pems.client.key } },
    { proxy: `https://u:${canary('2')}@127.0.0.1` },
    { proxy: `http://u:${canary('3')}@169.254.169.254` },
    { proxy: canary('4') },
  ];
  const made = await Promise.all(wrong.map((body) => create([event], body)));
  expect(made.map(({ status }) => status)).toEqual(wrong.map(() => 422));
}

async function disturb(id: number): Promise<void> {
  await ask('post', `/webhooks/${id}/secret/rotate`, { secret: whsec('n') });
  await ask('post', `/webhooks/${id}/secret/rotate`, { secret: canary('o') });
  await ask('patch', `/webhooks/${id}`, { secret: canary('p') });
  await ask('put', `/webhooks/${id}`, { secret: canary('q'), signature: { scheme: 'github' } });
  await ask('patch', `/webhooks/${id}`, { url: `${receiver.url}/moved` });
  await ask('patch', `/webhooks/${id}`, { auth: { type: 'bearer', password: canary('e') } });
  await ask('post', `/webhooks/${id}/test-auth`);
  await ask('post', `/webhooks/${id}/test`);
  await ask('get', `/webhooks/${id}`);
}

describe('secrets are in no log line, no answer and no error', () => {
  let event: number;
  let ids: number[];
  afterEach(async () => {
    const lines = hukz.logger.lines.map((line) => JSON.stringify(line));
    const everything = [...answers, ...lines, JSON.stringify(await hukz.api.logs())];
    for (const song of SONGS) expect(everything.filter((line) => line.includes(song))).toEqual([]);
  });

  it('when they are given, changed and tried', async () => {
    event = await hukz.api.event('canary.sings');
    receiver.behave(({ url }, index) => {
      if (url === '/token') return index % 2 === 0 ? TOKEN : REFUSAL;
      return { status: index % 2 === 0 ? 200 : 410 };
    });
    ids = await plantCanaries(event);
    // At most eight test calls run at the same time.
    for (const some of [ids.slice(0, 6), ids.slice(6)]) await Promise.all(some.map(disturb));
  });

  it('when they are refused', () => plantRefused(event));

  it('when messages are delivered, or not', async () => {
    nats.publish('canary.sings', '{}');
    const logged = async () => (await hukz.api.logs()).length >= ids.length;
    await eventually(logged, { what: 'a log row of each' });
    for (const path of ['/webhooks', '/webhooks/logs', '/dead-letters', '/webhooks/space/0']) await ask('get', path);
  });

  it('when PostgreSQL refuses them', async () => {
    const db = makeKnex(database.connection, { max: 1 });
    // PostgreSQL quotes the values that it refuses: in the DETAIL of the failing row, and the statement in the driver's
    // error.
    await db.raw('alter table webhook_secrets add constraint refused check (id < 0) not valid');
    expect((await create([event], { secret: whsec('r') })).status).toBe(500);
    expect((await ask('post', `/webhooks/${ids[0]}/secret/rotate`, { secret: canary('s') })).status).toBe(500);
    const row = { webhook_id: ids[0], purpose: 'signing', sealed: Buffer.from(canary('v')), hint: canary('w') };
    const { message, stack }: Error = await db('webhook_secrets')
      .insert(row)
      .then(fail, (error) => error);
    answers.push(message, stack ?? '');
    await db.raw('alter table webhook_secrets rename column hint to lost');
    expect((await create([event], { secret: whsec('t') })).status).toBe(500);
    await db.raw('alter table webhook_secrets rename column lost to hint');
    await db.destroy();

    expect(hukz.logger.lines.filter(({ name }) => name === 'api.failed').length).toBeGreaterThanOrEqual(3);
  });
});
