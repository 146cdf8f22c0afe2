import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIT_ACTIONS } from '../../domain/audit/actions.js';
import { writeHeaders } from '../../store/journal/accept/header-bytes.js';
import { TEST_PUBLISHING } from '../../testkit/kits/test-api.js';
import { hoursAgo, storeDelivery } from '../../testkit/stored-delivery.js';
import { makeTokenApi, type TokenApi } from '../../testkit/tokens/token-api.js';
import { makeWalled, type Walled } from '../../testkit/tokens/walled-space.js';

const URL = 'https://example.com/audit';
let api: TokenApi;
let eventId: number;
let admin: string;
let spaces = 500_000;

beforeAll(async () => {
  // No event covers what is published, so that an application registers one.
  const trouble = async () => undefined;
  const publishing = { ...TEST_PUBLISHING, trouble, publish: async () => ({ outcome: 'unregistered' }) as const };
  const acceptReleased = async () => ({ outcome: 'unwanted', problem: undefined }) as const;
  api = await makeTokenApi({ compat: { webhooksRs: { userId: undefined } }, publishing, acceptReleased });
  eventId = (await api.send('POST', '/events', { event: 'audit.made', tags: { a: 'b' } }).expect(201)).body.id;
  await api.send('POST', '/events', { event: 'audit.gone', key: 'gone' }).expect(201);
  admin = await api.token({ role: 'admin' });
});
afterAll(() => api.stop());

interface Made {
  readonly of: Walled;
  readonly owed: string;
  readonly erasure: string;
  /** A message in quarantine. */
  readonly held: string;
}
type Ask = (made: Made) => readonly [path: string, body?: object];

const webhook = ({ of }: Made) => `/webhooks/${of.webhook}`;
/** A request of each endpoint whose changes are audited, which changes something. */
const REQUESTS: Readonly<Record<string, Ask>> = {
  createEvent: () => ['/events', { event: `audit.n${spaces}` }],
  replaceEvent: () => [`/events/${eventId}`, { name: `put ${spaces}` }],
  updateEvent: () => [`/events/${eventId}`, { name: `patch ${spaces}` }],
  deleteEvent: () => [`/events/key:gone`],
  createEventSchema: () => [`/events/${eventId}/schemas`, { schema: true, version: `new-${spaces}` }],
  updateEventSchema: () => [`/events/${eventId}/schemas/v${spaces}`, { mode: 'warn' }],
  deleteEventSchema: () => [`/events/${eventId}/schemas/v${spaces}`],
  createSpace: () => ['/spaces', { name: 'new' }],
  replaceSpace: ({ of }) => [`/spaces/${of.space}`, { name: 'put' }],
  updateSpace: ({ of }) => [`/spaces/${of.space}`, { name: 'patch' }],
  deleteSpace: ({ of }) => [`/spaces/${of.space}?confirm=${of.spaceKey}`],
  createWebhook: ({ of }) => ['/webhooks', { url: URL, event_ids: [eventId], space_id: of.space }],
  createSpaceWebhook: ({ of }) => [`/webhooks/space/${of.space}`, { url: URL, event_ids: [eventId] }],
  replaceWebhook: (made) => [webhook(made), { name: 'put' }],
  updateWebhook: (made) => [webhook(made), { name: 'patch' }],
  deleteWebhook: (made) => [webhook(made)],
  pauseWebhook: (made) => [`${webhook(made)}/pause`],
  resumeWebhook: (made) => [`${webhook(made)}/resume`, { rate: '5/second' }],
  rotateWebhookSecret: (made) => [`${webhook(made)}/secret/rotate`],
  testWebhook: (made) => [`${webhook(made)}/test`],
  testWebhookAuth: (made) => [`${webhook(made)}/test-auth`],
  releaseOrderedKey: (made) => [`${webhook(made)}/keys/${made.of.orderKey}/release`],
  releaseOrderedKeyByValue: (made) => [`${webhook(made)}/keys/release?value=`],
  createReplay: (made) => [`${webhook(made)}/replay`, { since: '2h' }],
  cancelReplay: ({ of }) => [`/replays/${of.replay}`],
  retryDelivery: ({ of }) => [`/deliveries/${of.delivery}/retry`],
  cancelDelivery: ({ owed }) => [`/deliveries/${owed}/cancel`],
  retryDeliveries: ({ of }) => ['/deliveries/retry', { ids: [of.delivery] }],
  cancelDeliveries: ({ owed }) => ['/deliveries/cancel', { ids: [owed] }],
  releaseQuarantine: () => ['/quarantine/release', { limit: 1000 }],
  releaseQuarantined: ({ held }) => [`/quarantine/${held}/release`],
  discardQuarantined: ({ held }) => [`/quarantine/${held}`],
  getQuarantined: ({ held }) => [`/quarantine/${held}`],
  eraseMessages: ({ of }) => ['/messages/erase', { ids: [of.message] }],
  cancelErasure: ({ erasure }) => [`/messages/erasures/${erasure}`],
  cancelMessage: ({ of }) => [`/messages/${of.message}`],
  createToken: ({ of }) => ['/tokens', { name: 'a', role: 'space_reader', spaces: [of.space] }],
  rotateToken: ({ of }) => [`/tokens/${of.token}/rotate`],
  revokeToken: ({ of }) => [`/tokens/${of.token}`],
  applyDeclaration: ({ of }) => [
    '/apply',
    { managed_by: 'audit', space: of.space, webhooks: [{ key: 'w', url: URL, events: ['audit.made'] }] },
  ],
  createApplication: () => ['/application', { name: 'a' }],
  createApplicationEndpoint: ({ of }) => [
    `/application/${of.application}/endpoint`,
    { url: URL, topics: ['audit.made'] },
  ],
  createApplicationEvent: ({ of }) => [`/application/${of.application}/event`, { topic: 'audit.topic', payload: {} }],
  disableApplicationEndpoint: ({ of }) => [`/application/${of.application}/endpoint/${of.endpoint}/disable`],
  enableApplicationEndpoint: ({ of }) => [`/application/${of.application}/endpoint/${of.endpoint}/enable`],
  getMessage: ({ of }) => [`/messages/${of.message}`],
  explainStoredMessage: ({ of }) => [`/messages/${of.message}/explain`],
  testWebhookFilter: (made) => [`${webhook(made)}/filter/test`, { filter: { data: { a: 1 } } }],
  getDelivery: ({ of }) => [`/deliveries/${of.delivery}`],
  listWebhookLogs: ({ of }) => [`/webhooks/logs?space_id=${of.space}`],
  getWebhookLog: ({ of }) => [`/webhooks/logs/${of.log}`],
};

/** Endpoints that record their changes in another way, or change nothing. */
const NOT_AUDITED = ['explainMessage', 'publishMessage', 'publishMessages', 'validateByEventSchema'];

async function makeThings(): Promise<Made> {
  const of = await makeWalled(api, ++spaces, eventId);
  const { id: owed, messageId } = await storeDelivery(api.db, {
    place: 'deliveries',
    webhookId: of.webhook,
    at: hoursAgo(1),
  });
  // A delayed message, which can be cancelled.
  await api
    .db('deliveries')
    .where({ id: owed })
    .update({ due_at: hoursAgo(-1), attempts: 0 });
  const [{ id: erasure }] = await api
    .db('erasures')
    .insert({ created_by_id: 1, ids: [messageId], until: hoursAgo(0), total: 1 })
    .returning('id');
  const version = { event_id: eventId, version: `v${spaces}`, schema: 'true', mode: 'off' };
  await api.db('event_schemas').insert({ ...version, created_by_id: 1, updated_by_id: 1 });
  const held = randomUUID();
  const message = { subject: Buffer.from('audit.made'), headers: writeHeaders([]), payload: Buffer.from('{}') };
  await api.db('quarantine').insert({ id: held, received_at: hoursAgo(0), ...message, error: 'a schema' });
  return { of: { ...of, message: messageId }, owed, erasure, held };
}

const rowsOf = (requestId: string) => api.db('audit').where({ request_id: requestId });

describe('the audit', () => {
  it('has an action for each endpoint that changes something, and a request of each here', () => {
    const changing = api.endpoints.filter(({ method, audit }) => method !== 'get' || audit !== undefined);
    const known = [...Object.keys(REQUESTS), ...NOT_AUDITED].toSorted();
    expect(changing.map(({ operationId }) => operationId).toSorted()).toEqual(known);
    const none = changing.filter(({ audit }) => audit === 'none');
    expect(none.map(({ operationId }) => operationId).toSorted()).toEqual(NOT_AUDITED);
    const used = new Set(changing.map(({ audit }) => audit));
    expect([...AUDIT_ACTIONS.keys()].filter((action) => !used.has(action))).toEqual([]);
  });

  it.each(Object.keys(REQUESTS))('%s writes who did what to what, in the transaction of its change', async (name) => {
    const endpoint = api.endpoints.find(({ operationId }) => operationId === name);
    const made = await makeThings();
    const [path, body] = REQUESTS[name]?.(made) ?? [''];
    const method = endpoint?.method.toUpperCase() ?? '';
    const requestId = `audit-${name}-${spaces}`;
    const { status } = await api.as(admin, method, path, body).set('X-Request-Id', requestId);
    // Test calls, and what is published, end nowhere here.
    expect([200, 201, 202, 204, 404, 503]).toContain(status);
    const rows = await rowsOf(requestId);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row).toMatchObject({ action: endpoint?.audit, principal: expect.stringMatching(/^token:\d+$/) });
      expect(row.address).toMatch(/^(127\.0\.0\.1|::1)$/);
      expect(row.object).toMatch(/^(event|webhook|space|token|replay|delivery|message|log|erasure):\S+$/);
    }
  });

  it('has the fields of a change before and after, without the values of its secrets', async () => {
    const { of } = await makeThings();
    const secret = 'canary-9f3a';
    const requestId = `secrets-${spaces}`;
    await api
      .as(admin, 'PATCH', `/webhooks/${of.webhook}`, {
        name: 'renamed',
        url: `https://example.com/hook?token=${secret}`,
        headers: { 'X-Api-Key': secret, 'X-Plain': 'plain' },
        auth: { type: 'bearer', token: secret },
      })
      .set('X-Request-Id', requestId)
      .expect(200);
    const [row] = await rowsOf(requestId);
    expect(row.object).toBe(`webhook:${of.webhook}`);
    expect(Number(row.space_id)).toBe(of.space);
    expect(row.changes.name).toEqual({ before: of.webhookKey, after: 'renamed' });
    expect(row.changes.secrets.after).toContain('auth');
    expect(JSON.stringify(row)).not.toContain(secret);
  });

  it('has nothing of a change that was refused, and nothing of one that failed at its end', async () => {
    const { of } = await makeThings();
    const requestId = `refused-${spaces}`;
    const send = (method: string, path: string, body?: object) =>
      api.as(admin, method, path, body).set('X-Request-Id', requestId);
    await send('PATCH', `/webhooks/${of.webhook}`, { name: 'x' }).set('If-Match', '"77"').expect(412);
    await send('POST', '/webhooks', { url: URL, event_ids: [999_999] }).expect(422);
    expect(await rowsOf(requestId)).toEqual([]);
  });

  it('refuses a change that cannot be audited', async () => {
    const { of } = await makeThings();
    await api.db.raw('alter table audit add constraint never check (principal is null) not valid');
    try {
      const { status } = await api.as(admin, 'PATCH', `/webhooks/${of.webhook}`, { name: 'unaudited' });
      expect(status).toBe(500);
      await api.as(admin, 'GET', `/deliveries/${of.delivery}`).expect(500);
      await api.as(admin, 'POST', `/deliveries/${of.delivery}/retry`).expect(500);
    } finally {
      await api.db.raw('alter table audit drop constraint never');
    }
    const [stored] = await api.db('webhooks').where({ id: of.webhook }).pluck('name');
    expect(stored).toBe(of.webhookKey);
    expect(await api.db('dead_letters').where({ id: of.delivery })).toHaveLength(1);
  });

  it('is not written for reads of X-User', async () => {
    const { of } = await makeThings();
    const read = (method: string, path: string) => api.send(method, path).set('X-Request-Id', 'by-user').expect(200);
    await read('GET', `/messages/${of.message}`);
    await read('GET', `/messages/${of.message}/explain`);
    await read('POST', `/webhooks/${of.webhook}/filter/test`);
    expect(await rowsOf('by-user')).toEqual([]);
  });
});

describe('GET /audit', () => {
  it('finds rows by each filter, page by page', async () => {
    const { of } = await makeThings();
    for (const name of ['one', 'two', 'three'])
      await api.as(admin, 'PATCH', `/webhooks/${of.webhook}`, { name }).expect(200);
    const object = `webhook:${of.webhook}`;
    const list = async (query: string) => (await api.as(admin, 'GET', `/audit?${query}`).expect(200)).body;
    const first = await list(`object=${object}&action=webhook.update&limit=2`);
    expect(first.nodes.map(({ changes }: { changes: { name: object } }) => changes.name)).toEqual([
      { before: 'two', after: 'three' },
      { before: 'one', after: 'two' },
    ]);
    const second = await list(`object=${object}&action=webhook.update&limit=2&cursor=${first.next_cursor}`);
    expect(second.nodes).toHaveLength(1);
    const [{ principal, at }] = first.nodes;
    for (const [filter, count] of [
      [`principal=${principal}&`, 3],
      ['principal=nobody&', 0],
      [`space=${of.space}&`, 3],
      [`space=key:${of.spaceKey}&`, 3],
      [`since=${at}&`, 1],
      [`until=${at}&`, 2],
      ['action=webhook.delete&', 0],
    ] as const) {
      const action = filter.startsWith('action') ? '' : 'action=webhook.update&';
      expect([filter, (await list(`${filter}${action}object=${object}`)).nodes.length]).toEqual([filter, count]);
    }
    await api.as(admin, 'GET', '/audit?action=nothing').expect(422);
    await api.as(admin, 'GET', '/audit?since=1h&until=2h').expect(422);
  });

  it('shows a space its own rows only, without the address of the platform', async () => {
    const { of } = await makeThings();
    const other = await makeThings();
    const own = await api.token({ role: 'space_admin', spaces: [of.space] });
    await api.as(own, 'PATCH', `/webhooks/${of.webhook}`, { name: 'mine' }).expect(200);
    await api.as(admin, 'PATCH', `/webhooks/${other.of.webhook}`, { name: 'other' }).expect(200);
    const { nodes } = (await api.as(own, 'GET', '/audit?limit=100').expect(200)).body;
    expect(new Set(nodes.map(({ space_id }: { space_id: number }) => space_id))).toEqual(new Set([of.space]));
    const byMe = nodes.find(({ action }: { action: string }) => action === 'webhook.update');
    expect(byMe.address).toMatch(/127\.0\.0\.1|::1/);
    const byUser = nodes.find(({ principal }: { principal: string }) => principal === 'user:1');
    expect(byUser).toMatchObject({ action: 'token.create', address: null });
    await api.as(own, 'GET', `/audit?space=${other.of.space}`).expect(404);
    const reader = await api.token({ role: 'space_reader', spaces: [of.space] });
    await api.as(reader, 'GET', '/audit').expect(403);
  });
});
