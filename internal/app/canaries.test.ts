import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { makeKnex } from '../store/knex.js';
import { eventually } from '../testkit/eventually.js';
import { type Receiver, startReceiver } from '../testkit/receiver.js';
import { startTestApp, type TestApp } from '../testkit/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/test-database.js';
import { startTestNats } from '../testkit/test-nats.js';

const MARK = 'CANARY-THAT-SINGS-';
const text = (name: string) => `${MARK}${name}-0123456789`;
const inBase64 = (name: string) => Buffer.from(text(name).padEnd(33, '.')).toString('base64');
const whsec = (name: string) => `whsec_${inBase64(name)}`;
const whsk = (name: string) => `whsk_${Buffer.from(text(name).padEnd(32, '.').slice(0, 32)).toString('base64')}`;
/** However it may be written, it begins so. */
const SONGS = [
  MARK,
  Buffer.from(MARK).toString('base64'),
  Buffer.from(MARK).toString('hex'),
  Buffer.from(`whsec_${Buffer.from(MARK).toString('base64')}`).toString('hex'),
  Buffer.from(`whsk_${Buffer.from(MARK).toString('base64')}`)
    .toString('base64')
    .slice(0, -4),
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
  // Without keys: what is stored is the secret itself, and whoever lets a row out lets the canary out.
  hukz = await startTestApp({ database, natsUrl: server.url });
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

function fail(): never {
  throw new Error('what must be refused was not');
}

/** Secrets in every field that takes one, in right requests and in wrong ones. */
async function plantCanaries(event: number): Promise<number[]> {
  const right = [
    { secret: whsec('a') },
    { secret: whsk('b'), signature: { scheme: 'standard-ed25519' } },
    { secret: text('c'), signature: { scheme: 'github' } },
    { secret: text('d'), signature: { scheme: 'webhooks-emitter' } },
    { auth: { type: 'basic', username: 'u', password: text('e') } },
    { auth: { type: 'bearer', token: text('f') } },
    { auth: { type: 'api_key', header: 'x-key', value: text('g') } },
  ];
  const ids: number[] = [];
  for (const body of right) {
    const { status, body: made } = await create([event], body);
    if (status === 201) ids.push(made.id);
  }
  for (const body of [
    { secret: `${whsec('h')}!` },
    { secret: { [MARK]: 1 } },
    { secret: [text('i')] },
    { secret: text('j').repeat(30) },
    { secret: text('k'), signature: { scheme: 'none' } },
    { secret: `${text('l')}\u0000`, signature: { scheme: 'github' } },
    { signature: { scheme: 'github', secret: text('m') } },
  ])
    expect((await create([event], body)).status).toBe(422);
  for (const id of ids) {
    await ask('post', `/webhooks/${id}/secret/rotate`, { secret: whsec('n') });
    await ask('post', `/webhooks/${id}/secret/rotate`, { secret: text('o') });
    await ask('patch', `/webhooks/${id}`, { secret: text('p') });
    await ask('put', `/webhooks/${id}`, { secret: text('q'), signature: { scheme: 'github' } });
    await ask('get', `/webhooks/${id}`);
  }
  return ids;
}

describe('secrets', () => {
  it('are in no log line, no answer and no error, whatever goes wrong', async () => {
    const event = await hukz.api.event('canary.sings');
    const ids = await plantCanaries(event);
    expect(ids.length).toBeGreaterThanOrEqual(4);
    receiver.behave((_request, index) => ({ status: index % 2 === 0 ? 200 : 410 }));
    nats.publish('canary.sings', '{}');
    await receiver.waitFor(ids.length);
    const logged = async () => (await hukz.api.logs()).length >= ids.length;
    await eventually(logged, { what: 'a log row of each' });
    for (const path of ['/webhooks', '/webhooks/logs', '/dead-letters', '/webhooks/space/0']) await ask('get', path);

    const db = makeKnex(database.connection, { max: 1 });
    // What PostgreSQL refuses it quotes: in the failing row's DETAIL, and the statement in the driver's error.
    await db.raw('alter table webhook_secrets add constraint refused check (id < 0) not valid');
    expect((await create([event], { secret: whsec('r') })).status).toBe(500);
    expect((await ask('post', `/webhooks/${ids[0]}/secret/rotate`, { secret: text('s') })).status).toBe(500);
    const row = { webhook_id: ids[0], purpose: 'signing', sealed: Buffer.from(text('v')), hint: text('w') };
    const { message, stack }: Error = await db('webhook_secrets')
      .insert(row)
      .then(fail, (error) => error);
    answers.push(message, stack ?? '');
    await db.raw('alter table webhook_secrets rename column hint to lost');
    expect((await create([event], { secret: whsec('t') })).status).toBe(500);
    await db.raw('alter table webhook_secrets rename column lost to hint');
    await db.destroy();

    expect(hukz.logger.lines.filter(({ name }) => name === 'api.failed').length).toBeGreaterThanOrEqual(3);
    const everything = [...answers, ...hukz.logger.lines.map((line) => JSON.stringify(line))];
    const rows = JSON.stringify(await hukz.api.logs());
    for (const song of SONGS) expect([...everything, rows].filter((line) => line.includes(song))).toEqual([]);
  });
});
