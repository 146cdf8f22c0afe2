import { afterAll, beforeAll, expect, it } from '@jest/globals';
import supertest from 'supertest';
import type { NatsServer } from '../local/nats-server.js';
import { makeKnex } from '../store/postgres/knex.js';
import { insertToken } from '../store/tokens/tokens.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

/** The first attempts of an attacker with a token of one space, against a whole service. */
const [OURS, THEIRS] = [7, 8];
let database: TestDatabase;
let server: NatsServer;
let hukz: TestApp;
let receiver: Receiver;
let [admin, ours, theirs] = ['', '', ''];
let eventId: number;
let [ourHook, theirHook] = [0, 0];

beforeAll(async () => {
  database = await makeTestDatabase();
  server = await startTestNats();
  receiver = await startReceiver();
  hukz = await startTestApp({ database, natsUrl: server.url }, { HUKZ_AUTH: 'token' });
  const db = makeKnex(database.connection, { max: 1 });
  const grant = { role: 'admin', scopes: null, spaces: null, events: null, expiresAt: null, name: 'test' };
  admin = (await insertToken(db, { subject: 'command', userId: 1 }, grant)).text;
  await db.destroy();
  const tokenOf = async (space: number): Promise<string> => {
    const body = { name: 'a', role: 'space_admin', spaces: [space] };
    return (await as(admin, 'post', '/tokens', body)).body.token;
  };
  [ours, theirs] = [await tokenOf(OURS), await tokenOf(THEIRS)];
  eventId = (await as(admin, 'post', '/events', { event: 'order.made', key: 'made' }).expect(201)).body.id;
  // The answers of the receiver make dead letters, which stay.
  receiver.behave({ status: 410 });
  const hookOf = async (token: string, space_id: number) => {
    const body = { url: `${receiver.url}/hook`, event_ids: [eventId], key: 'orders', managed_by: 'ci', space_id };
    const made = await as(token, 'post', '/webhooks', body);
    if (made.status !== 201) throw new Error(made.text);
    return [made.body.id, made.body.space_id];
  };
  const [[first, inOurs], [second, inTheirs]] = [await hookOf(ours, OURS), await hookOf(theirs, THEIRS)];
  expect([inOurs, inTheirs]).toEqual([OURS, THEIRS]);
  [ourHook, theirHook] = [first, second];
});
afterAll(async () => {
  await hukz.stop();
  await receiver.stop();
  await server.stop();
  await database.drop();
});

function as(token: string, method: 'get' | 'post' | 'put' | 'delete', path: string, body?: object) {
  const request = supertest(`http://127.0.0.1:${hukz.app.port}`)[method](path).set('authorization', `Bearer ${token}`);
  return body === undefined ? request : request.send(body);
}

const publish = (token: string, more: object = {}) => {
  return as(token, 'post', '/messages', { event: 'order.made', payload: { n: 1 }, ...more }).expect(202);
};
const deadOf = async (token: string): Promise<{ id: string }[]> => (await as(token, 'get', '/dead-letters')).body.nodes;

it('the id of a message of one space is not the id of a message of another, and neither is lost', async () => {
  const [one, two] = [await publish(ours, { id: 'order-1' }), await publish(theirs, { id: 'order-1' })];
  expect([one.body, two.body]).toMatchObject([
    { duplicate: false, webhooks: 1 },
    { duplicate: false, webhooks: 1 },
  ]);
  expect((await publish(ours, { id: 'order-1' })).body).toMatchObject({
    duplicate: true,
    message_id: one.body.message_id,
  });
  const both = async () => (await deadOf(ours)).length === 1 && (await deadOf(theirs)).length === 1;
  await eventually(both, { what: 'a dead letter in each space' });
  await as(ours, 'get', `/messages/${two.body.message_id}`).expect(404);
  await as(ours, 'delete', `/messages/${two.body.message_id}`).expect(404);
});

it('a message cannot be published into another space, by its number, its key or the id of its webhook', async () => {
  for (const space of [THEIRS, 9]) {
    const { status, body } = await as(ours, 'post', '/messages', { event: 'order.made', payload: {}, space });
    expect([status, body.errors[0].message]).toEqual([403, expect.stringContaining('one of your spaces')]);
  }
  const named = await publish(ours, { webhooks: [theirHook] });
  const unknown = await publish(ours, { webhooks: [999_999] });
  expect([named.body.webhooks, unknown.body.webhooks]).toEqual([0, 0]);
});

it('ids of another space in a body are as unknown as any other', async () => {
  const [own] = await deadOf(ours);
  const [foreign] = await deadOf(theirs);
  const unknown = '0199dddd-0000-7000-8000-000000000000';
  const ids = [foreign?.id, unknown];
  for (const path of ['/deliveries/retry', '/deliveries/cancel']) {
    const { body } = await as(ours, 'post', path, { ids }).expect(200);
    expect(body).toMatchObject({ matched: 0, changed: 0 });
  }
  const { body } = await as(ours, 'post', '/deliveries/retry', { ids: [...ids, own?.id], dry_run: true }).expect(200);
  expect(body).toMatchObject({ matched: 1 });
});

it('a cursor of one caller shows another caller nothing but its own', async () => {
  for (let n = 0; n < 3; n++) await publish(theirs, { payload: { n } });
  await publish(ours);
  for (const list of ['/messages', '/deliveries', '/webhooks/logs', '/webhooks', '/spaces', '/tokens']) {
    const { body: page } = await as(admin, 'get', `${list}?limit=1`).expect(200);
    const { body } = await as(ours, 'get', `${list}?cursor=${page.next_cursor}`).expect(200);
    const text = JSON.stringify(body.nodes);
    expect([list, text.includes(`"space_id":${THEIRS}`), text.includes(`"webhook_id":${theirHook}`)]).toEqual([
      list,
      false,
      false,
    ]);
    const { body: whole } = await as(ours, 'get', list).expect(200);
    expect(whole.nodes.map(({ id }: { id: unknown }) => id)).toEqual(
      expect.arrayContaining(body.nodes.map(({ id }: { id: unknown }) => id)),
    );
  }
});

it('an Idempotency-Key of one caller is not that of another', async () => {
  const create = (token: string, space_id: number) =>
    as(token, 'post', '/webhooks', { url: `${receiver.url}/idem`, event_ids: [], space_id }).set(
      'Idempotency-Key',
      'k',
    );
  const [one, two] = [await create(ours, OURS).expect(201), await create(theirs, THEIRS).expect(201)];
  expect([one.body.space_id, two.body.space_id]).toEqual([OURS, THEIRS]);
});

it('a key that both spaces use names the own webhook, and no error names the other', async () => {
  expect((await as(ours, 'get', '/webhooks/key:orders').expect(200)).body.id).toBe(ourHook);
  const { text } = await as(ours, 'get', `/webhooks/key:orders?space=${THEIRS}`).expect(404);
  const nowhere = await as(ours, 'get', '/webhooks/key:orders?space=9').expect(404);
  expect(text.replaceAll('8', '9')).toBe(nowhere.text);
});

it('a replay of missed messages finds none of another space', async () => {
  const body = { url: `${receiver.url}/late`, event_ids: [eventId], space_id: OURS };
  const { id } = (await as(ours, 'post', '/webhooks', body).expect(201)).body;
  for (let n = 0; n < 3; n++) await publish(theirs, { payload: { late: n } });
  const missing = { since: '1h', outcome: 'missing', dry_run: true };
  const { total } = (await as(ours, 'post', `/webhooks/${id}/replay`, missing).expect(200)).body;
  // Two of its own space name no webhook. The seven others are of the other space, or name other webhooks.
  expect(total).toBe(2);
});

it('counts are those of the own space: webhooks of a message, and the account', async () => {
  // The receiver has disabled the first webhooks.
  const body = { url: `${receiver.url}/other`, event_ids: [eventId], space_id: THEIRS };
  await as(theirs, 'post', '/webhooks', body).expect(201);
  const { body: sent } = await as(admin, 'post', '/messages', { event: 'order.made', payload: { all: true } }).expect(
    202,
  );
  expect(sent.webhooks).toBe(2);
  const inOurs = (await as(ours, 'get', `/messages/${sent.message_id}`).expect(200)).body.webhooks.length;
  const listed = (await as(ours, 'get', '/messages?limit=100').expect(200)).body.nodes;
  const [shown] = listed.filter(({ id }: { id: string }) => id === sent.message_id);
  expect([shown.webhooks, shown.webhooks < sent.webhooks]).toEqual([inOurs, true]);
  const accepted = async (token: string, query = '') => (await as(token, 'get', `/accounting${query}`)).body.accepted;
  const [own, foreign, all] = [await accepted(ours), await accepted(theirs), await accepted(admin)];
  expect([own > 0, foreign > 0, own + foreign]).toEqual([true, true, all]);
  expect(await accepted(admin, `?space=${OURS}`)).toBe(own);
});

it('a declaration of one space leaves the objects of another alone, whatever their keys and managers', async () => {
  const before = (await as(theirs, 'get', `/webhooks/${theirHook}`).expect(200)).text;
  const declaration = { managed_by: 'ci', prune: true, take_over: true, webhooks: [] };
  await as(ours, 'put', '/apply', { ...declaration, space: THEIRS }).expect(422);
  const refused = await as(ours, 'put', '/apply', { ...declaration, space: OURS, events: [] }).expect(403);
  expect(refused.body.errors[0].source).toBe('events');
  const { body } = await as(ours, 'put', '/apply', { ...declaration, space: OURS }).expect(200);
  expect(body.plan.map(({ id }: { id: number }) => id)).toEqual([ourHook]);
  expect((await as(theirs, 'get', `/webhooks/${theirHook}`).expect(200)).text).toBe(before);
  await as(ours, 'get', `/export?space=${THEIRS}`).expect(404);
});

it('a webhook without a space is one of the only space of its token', async () => {
  const { body } = await as(ours, 'post', '/webhooks', { url: `${receiver.url}/other`, event_ids: [] }).expect(201);
  expect(body.space_id).toBe(OURS);
  await as(ours, 'delete', `/webhooks/${body.id}`).expect(200);
});
