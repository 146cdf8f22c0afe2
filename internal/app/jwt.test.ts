import { afterAll, beforeAll, expect, it } from '@jest/globals';
import supertest from 'supertest';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { startTestNats } from '../testkit/servers/test-nats.js';
import { AUDIENCE, ISSUER, type Issuer, startIssuer } from '../testkit/tokens/issuer.js';

let database: TestDatabase;
let server: NatsServer;
let issuer: Issuer;
let hukz: TestApp;

beforeAll(async () => {
  database = await makeTestDatabase();
  server = await startTestNats();
  issuer = await startIssuer();
  hukz = await startTestApp(
    { database, natsUrl: server.url },
    {
      HUKZ_AUTH: 'x-user,token',
      HUKZ_AUTH_JWKS_URL: issuer.url,
      HUKZ_AUTH_ISSUER: ISSUER,
      HUKZ_AUTH_AUDIENCE: AUDIENCE,
    },
  );
});
afterAll(async () => {
  await hukz.stop();
  await issuer.stop();
  await server.stop();
  await database.drop();
});

const agent = () => supertest(`http://127.0.0.1:${hukz.app.port}`);
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

it('a JWT may do what its claims say, in the spaces that they name, and nothing else', async () => {
  const admin = bearer(await issuer.sign({ hukz_role: 'admin' }));
  const { body: event } = await agent().post('/events').set(admin).send({ event: 'jwt.made' }).expect(201);
  for (const key of ['jwt-acme', 'jwt-other']) await agent().post('/spaces').set(admin).send({ key }).expect(201);
  const acme = bearer(await issuer.sign({ hukz_role: 'space_admin', hukz_spaces: ['key:jwt-acme'], hukz_user: 17 }));
  const webhook = { name: 'a', url: 'http://127.0.0.1:9/', event_ids: [event.id], space_id: 'key:jwt-acme' };
  const { body: made } = await agent().post('/webhooks').set(acme).send(webhook).expect(201);
  expect(made.created_by_id).toBe(17);
  await agent().post('/events').set(acme).send({ event: 'jwt.refused' }).expect(403);
  const other = bearer(await issuer.sign({ hukz_role: 'space_admin', hukz_spaces: ['key:jwt-other'] }));
  await agent().get(`/webhooks/${made.id}`).set(other).expect(404);
  await agent().get(`/webhooks/${made.id}`).set(acme).expect(200);
});

it('a JWT makes only tokens that may no more, and end no later', async () => {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const admin = bearer(await issuer.sign({ hukz_role: 'admin', exp }));
  const token = { name: 'a', role: 'operator' };
  const { body } = await agent().post('/tokens').set(admin).send(token).expect(403);
  expect(body.errors[0].source).toBe('expires_at');
  const ending = { ...token, expires_at: new Date(exp * 1000).toISOString() };
  await agent().post('/tokens').set(admin).send(ending).expect(201);
});

it('a refused JWT is a 401 or a 403 with a sentence, whatever X-User says, and health is answered', async () => {
  const expired = bearer(await issuer.sign({ exp: 1 }));
  const { body } = await agent().get('/webhooks').set(expired).set('x-user', '1').expect(401);
  expect(body.errors).toEqual([
    { code: 401, message: 'the JWT in Authorization is refused: it has expired', source: 'Authorization' },
  ]);
  await agent().get('/health/ready').set(expired).expect(200);
  await agent().post('/messages').set(expired).send({ event: 'jwt.made', payload: {} }).expect(401);
  const roleless = bearer(await issuer.sign({ hukz_role: 'root' }));
  const { body: forbidden } = await agent().get('/webhooks').set(roleless).expect(403);
  expect(forbidden.errors[0].message).toMatch(/"hukz_role" does not name a role of hukz$/);
  await agent().get('/webhooks').set('x-user', '1').expect(200);
  const huge = bearer(`ey${'a'.repeat(20_000)}.e30.e30`);
  await agent().get('/webhooks').set(huge).expect(431);
});

it('JWTs that are not valid use up the failed logins of their address, and valid ones are answered on', async () => {
  const valid = bearer(await issuer.sign());
  const guess = bearer(await issuer.sign({ aud: 'other' }));
  const statuses = new Set<number>();
  await eventually(async () => statuses.add((await agent().get('/webhooks').set(guess)).status).has(429), {
    what: 'the address is refused',
  });
  expect([...statuses]).toEqual([401, 429]);
  await agent().get('/webhooks').set(valid).expect(200);
});

it('while the issuer is away, its keys stay valid, and operators are told', async () => {
  const valid = bearer(await issuer.sign());
  const env = { HUKZ_AUTH: 'token', HUKZ_AUTH_ISSUER: ISSUER, HUKZ_AUTH_AUDIENCE: AUDIENCE };
  issuer.answer = (res) => res.writeHead(503).end();
  const second = await startTestApp({ database, natsUrl: server.url }, { ...env, HUKZ_AUTH_JWKS_URL: issuer.url });
  const other = supertest(`http://127.0.0.1:${second.app.port}`);
  await other.get('/webhooks').set(valid).expect(503);
  const ready = await other.get('/health/ready').expect(200);
  expect(ready.body.degraded).toContainEqual(expect.objectContaining({ reason: 'jwks_not_fetched' }));
  expect(second.logger.lines.filter(({ name }) => name === 'jwks.fetch_failed')).toHaveLength(1);
  await agent().get('/webhooks').set(valid).expect(200);
  issuer.answer = undefined;
  await second.stop();
  const lines = JSON.stringify([hukz.logger.lines, second.logger.lines]);
  expect(lines).not.toContain(valid.authorization.slice(-30));
});

it('a message is published with a JWT, on the fast path as well', async () => {
  const publisher = bearer(await issuer.sign({ hukz_role: 'publisher', hukz_events: ['jwt.made'] }));
  for (let n = 0; n < 2; n++)
    await agent().post('/messages').set(publisher).send({ event: 'jwt.made', payload: { n } }).expect(202);
  await agent().post('/messages').set(publisher).send({ event: 'jwt.other', payload: {} }).expect(403);
  await agent().get('/webhooks').set(publisher).expect(403);
});
