import { afterAll, beforeAll, expect, it } from '@jest/globals';
import supertest from 'supertest';
import type { NatsServer } from '../local/nats-server.js';
import { makeKnex } from '../store/postgres/knex.js';
import { insertToken, revokeToken } from '../store/tokens/tokens.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

const GRANT = { role: 'admin', scopes: null, spaces: null, events: null, expiresAt: null, name: 'test' };
let database: TestDatabase;
let server: NatsServer;
let hukz: TestApp[];

beforeAll(async () => {
  database = await makeTestDatabase();
  server = await startTestNats();
  const start = () => startTestApp({ database, natsUrl: server.url }, { HUKZ_AUTH: 'token' });
  hukz = [await start(), await start()];
});
afterAll(async () => {
  for (const { stop } of hukz) await stop();
  await server.stop();
  await database.drop();
});

const agentOf = ({ app }: TestApp) => supertest(`http://127.0.0.1:${app.port}`);

it('AUTH=token answers a token in every instance, and no X-User, and shows a token in no line', async () => {
  const db = makeKnex(database.connection, { max: 1 });
  const { token, text } = await insertToken(db, { subject: 'command', userId: 1 }, GRANT);
  const bearer = { authorization: `Bearer ${text}` };
  for (const each of hukz) {
    await agentOf(each).get('/webhooks').set(bearer).expect(200);
    const { body } = await agentOf(each).get('/webhooks').set('x-user', '1').expect(401);
    expect(body.errors[0].source).toBe('Authorization');
    await agentOf(each).get('/health/ready').expect(200);
  }
  const [first] = hukz;
  if (!first) throw new Error('an instance was started');
  await agentOf(first).post('/events').set(bearer).send({ event: 'tokens.made' }).expect(201);
  const published = await agentOf(first).post('/messages').set(bearer).send({ event: 'tokens.made', payload: {} });
  expect(published.status).toBe(202);
  const { body: made } = await agentOf(first)
    .post('/tokens')
    .set(bearer)
    .send({ name: 'a', role: 'publisher' })
    .expect(201);
  await revokeToken(db, token.id, 'all');
  for (const each of hukz) {
    const isRefused = async () => (await agentOf(each).get('/webhooks').set(bearer)).status === 401;
    await eventually(isRefused, { what: 'the revoked token is refused' });
  }
  const { text: metrics } = await supertest(`http://127.0.0.1:${first.app.metricsPort}`).get('/metrics');
  const written = JSON.stringify([hukz.map(({ logger }) => logger.lines), metrics]);
  for (const secret of [text, made.token]) expect(written).not.toContain(secret.slice(-30));
  const { rows } = await db.raw('select tokens::text as row from tokens');
  for (const secret of [text, made.token]) expect(JSON.stringify(rows)).not.toContain(secret.slice(-30));
  await db.destroy();
});

it.each<[Record<string, string>, boolean]>([
  [{ HUKZ_HOST: '0.0.0.0' }, true],
  [{ HUKZ_HOST: '0.0.0.0', HUKZ_AUTH: 'x-user,token' }, true],
  [{ HUKZ_HOST: '0.0.0.0', HUKZ_AUTH: 'token' }, false],
  [{ HUKZ_HOST: '127.0.0.1', HUKZ_ENCRYPTION_KEYS: `a:${Buffer.alloc(32).toString('base64')}` }, false],
])('a service that believes X-User where other machines reach it says so to operators: %j', async (more, isTrusted) => {
  const env = { ...more, HUKZ_MODE: 'production', HUKZ_METRICS_TOKEN: 'a-token-of-metrics' };
  const one = await startTestApp({ database, natsUrl: server.url }, env);
  hukz.push(one);
  const warned = one.logger.lines.filter(({ name }) => name === 'api.users_trusted');
  expect(warned).toHaveLength(isTrusted ? 1 : 0);
  const reasonsFor = async (headers: Record<string, string>) => {
    const { body } = await agentOf(one).get('/health/ready').set(headers);
    return (body.degraded ?? []).map(({ reason }: { reason: string }) => reason);
  };
  const details = await reasonsFor({ authorization: 'Bearer a-token-of-metrics' });
  expect(details.includes('x_user_trusted')).toBe(isTrusted);
  expect(details.includes('secrets_not_encrypted')).toBe(more.HUKZ_ENCRYPTION_KEYS === undefined);
  const toStrangers = await reasonsFor({});
  for (const reason of ['x_user_trusted', 'secrets_not_encrypted']) expect(toStrangers).not.toContain(reason);
});
