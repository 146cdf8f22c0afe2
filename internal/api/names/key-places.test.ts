import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';
import { hoursAgo, storeDelivery } from '../../testkit/stored-delivery.js';
import { storeLog } from '../../testkit/stored-logs.js';

let api: TestApi;
let eventId: number;
/** The webhook with the key `orders` in the space with the key `eu`, and the one in another space. */
let [inEu, elsewhere]: [number, number] = [0, 0];

const URL = 'https://example.com/hook';
const EU = 7;

beforeAll(async () => {
  api = await makeTestApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  await api.db.raw(
    'truncate events, spaces, webhooks, deliveries, dead_letters, webhook_logs, messages restart identity cascade',
  );
  await api.send('POST', '/spaces', { id: EU, key: 'eu' }).expect(201);
  eventId = (await api.send('POST', '/events', { event: 'order.made', key: 'made' }).expect(201)).body.id;
  await api.send('POST', '/events', { event: 'order.*', key: 'all' }).expect(201);
  const webhookIn = async (space: number) => {
    const body = { url: URL, event_ids: ['key:made'], key: 'orders', space_id: space };
    return (await api.send('POST', '/webhooks', body).expect(201)).body.id;
  };
  [inEu, elsewhere] = [await webhookIn(EU), await webhookIn(8)];
});

const errorOf = async (method: string, path: string, body?: object) => {
  const { status, body: answer } = await api.send(method, path, body);
  return [status, answer.errors?.[0].message, answer.errors?.[0].source];
};
const webhooksIn = async (path: string): Promise<number[]> => {
  const { body } = await api.send('GET', path).expect(200);
  const ids = body.nodes.map((node: { webhook_id?: number; id: number }) => node.webhook_id ?? node.id);
  return [...new Set<number>(ids)].sort();
};

it('every parameter and every field that names an event, a webhook or a space accepts its key', async () => {
  const document = (await api.send('GET', '/openapi.json').expect(200)).body;
  const names = /^(?:webhook|webhook_id|space|space_id|event_ids|Hukz-Space|Hukz-Webhook)$/;
  const found = new Map<string, boolean>();
  const note = (place: string, schema: object) => found.set(place, JSON.stringify(schema).includes('key:'));
  for (const [path, operations] of Object.entries<Record<string, unknown>>(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const { parameters = [] } = operation as { parameters?: { name: string; schema: object }[] };
      for (const { name, schema } of parameters) if (names.test(name)) note(`${method} ${path}?${name}`, schema);
    }
  }
  for (const [title, schema] of Object.entries<{ properties?: Record<string, object> }>(document.components.schemas)) {
    if (!/^New|Put$|Patch$|^Declaration$|^CancelDeliveries$|^RetryDeliveries$/.test(title)) continue;
    for (const [name, property] of Object.entries(schema.properties ?? {}))
      if (names.test(name) && title !== 'Declaration') note(`${title}.${name}`, property);
    const filter = schema.properties?.filter as { properties?: Record<string, object> } | undefined;
    for (const [name, property] of Object.entries(filter?.properties ?? {}))
      if (names.test(name)) note(`${title}.filter.${name}`, property);
  }
  expect([...found].filter(([, accepts]) => !accepts).map(([place]) => place)).toEqual([]);
  expect(found.size).toBeGreaterThan(30);
});

it('a webhook names its events and its space by their keys, and keeps what a change names again', async () => {
  const body = { url: URL, event_ids: ['key:made', 2, 'key:all'], space_id: 'key:eu' };
  const { body: made } = await api.send('POST', '/webhooks', body).expect(201);
  expect([made.space_id, made.events.map(({ id }: { id: number }) => id)]).toEqual([EU, [eventId, 2]]);
  for (const method of ['PUT', 'PATCH']) {
    const changed = await api.send(method, `/webhooks/${made.id}`, { event_ids: ['key:all'], space_id: 'key:eu' });
    expect([changed.status, changed.body.events.map(({ id }: { id: number }) => id)]).toEqual([200, [2]]);
  }
  const inPath = await api.send('POST', '/webhooks/space/key:eu', { ...body, event_ids: [] }).expect(201);
  expect(inPath.body.space_id).toBe(EU);
  expect(await webhooksIn('/webhooks/space/key:eu')).toEqual([inEu, made.id, inPath.body.id]);
  expect(await webhooksIn('/webhooks?space_id=key:eu&key=orders')).toEqual([inEu]);
  const check = await api.send('GET', '/webhooks/space/key:eu/check?event=order.made').expect(200);
  expect(check.body).toEqual({ event_enabled: true });
});

it.each<[string, string, object | undefined, unknown[]]>([
  [
    'POST',
    '/webhooks',
    { event_ids: ['key:a', 1, 'key:b'] },
    [422, 'event_ids: no event has the key a, b', 'event_ids'],
  ],
  ['POST', '/webhooks', { event_ids: ['made'] }, [422, 'event_ids.0 must be an id, or key: and a key', 'event_ids']],
  ['POST', '/webhooks', { space_id: 'key:us' }, [422, 'no space has the key "us"', 'space_id']],
  ['POST', '/webhooks', { space_id: '7' }, [422, expect.stringMatching('number of a space'), 'space_id']],
  ['POST', '/webhooks/space/8', { space_id: 'key:eu' }, [409, 'space_id is 8 and cannot be changed', 'space_id']],
  ['POST', '/webhooks/space/key:us', {}, [404, 'no space has the key "us"', 'space_id']],
  ['GET', '/webhooks/space/key:US', undefined, [400, expect.stringMatching('a key has 1 to 127'), undefined]],
  ['GET', '/webhooks?space_id=key:us', undefined, [404, 'no space has the key "us"', 'space_id']],
  ['GET', '/webhooks/key:orders?space=key:us', undefined, [404, 'no space has the key "us"', 'space']],
  ['GET', '/deliveries?event=key:none', undefined, [404, 'no event has the key "none"', 'event']],
  ['GET', '/deliveries?event=key:None', undefined, [422, expect.stringMatching('event: a key has'), 'event']],
  ['GET', '/export?space=key:us', undefined, [404, 'no space has the key "us"', 'space']],
  ['PUT', '/apply', { managed_by: 'm', space: 'key:us' }, [422, 'no space has the key "us"', 'space']],
])('%s %s %j is refused by a sentence', async (method, path, given, refusal) => {
  const isWebhook = method === 'POST';
  expect(await errorOf(method, path, isWebhook ? { url: URL, event_ids: [], ...given } : given)).toEqual(refusal);
});

it('lists select by the keys of a space and of an event; an event with a wildcard has no one subject', async () => {
  for (const webhookId of [inEu, elsewhere]) {
    const spaceId = webhookId === inEu ? EU : 8;
    await storeDelivery(api.db, { place: 'dead_letters', webhookId, at: hoursAgo(1) });
    await storeLog(api.db, { at: new Date(), webhookId, spaceId, subject: 'order.made' });
    await storeLog(api.db, { at: new Date(), webhookId, spaceId, subject: 'order.paid' });
  }
  await api.db('messages').update({ subject: 'order.made' });
  await api.db('dead_letters').update({ event: 'order.made' });
  for (const list of ['/webhooks/logs', '/dead-letters']) {
    expect(await webhooksIn(`${list}?space_id=key:eu&event=key:made`)).toEqual([inEu]);
    expect(await webhooksIn(`${list}?event=key:made`)).toEqual([inEu, elsewhere]);
    expect(await webhooksIn(`${list}?webhook_id=key:orders&space_id=key:eu`)).toEqual([inEu]);
  }
  expect(await webhooksIn('/deliveries?state=dead&webhook=key:orders&space=key:eu&event=key:made')).toEqual([inEu]);
  const { body } = await api.send('GET', '/messages?event=key:made&space=key:eu').expect(200);
  expect(body.nodes).toMatchObject([{ event: 'order.made' }]);
  for (const list of ['/webhooks/logs', '/dead-letters', '/deliveries', '/messages']) {
    const sentence = 'the event "all" covers all subjects order.*: name one of them';
    expect(await errorOf('GET', `${list}?event=key:all`)).toEqual([422, sentence, 'event']);
  }
  const filter = { state: 'dead', webhook: 'key:orders', space: 'key:eu', event: 'key:made' };
  const bulk = await api.send('POST', '/deliveries/retry', { filter, dry_run: true }).expect(200);
  expect(bulk.body.matched).toBe(1);
  const { space: _, ...ambiguous } = filter;
  expect((await errorOf('POST', '/deliveries/retry', { filter: ambiguous }))[0]).toBe(409);
  expect((await errorOf('POST', '/deliveries/cancel', { filter: { state: 'held', webhook: 'key:none' } }))[0]).toBe(
    404,
  );
  const replay = { since: '2h', event: 'key:made', dry_run: true };
  await api.send('POST', '/webhooks/key:orders/replay?space=key:eu', replay).expect(200, { dry_run: true, total: 1 });
});

it('a declaration and an export name their space by its key', async () => {
  const webhooks = [{ key: 'new', url: URL, events: ['key:made'] }];
  const { body } = await api.send('PUT', '/apply', { managed_by: 'm', space: 'key:eu', webhooks }).expect(200);
  expect((await api.send('GET', `/webhooks/${body.plan[0].id}`).expect(200)).body.space_id).toBe(EU);
  const exported = await api.send('GET', '/export?managed_by=m&space=key:eu').expect(200);
  expect(exported.body).toMatchObject({ space: EU, webhooks: [{ key: 'new' }] });
});

it('a space with a key and its first webhook are made at once without waiting for each other', async () => {
  const spaces = Array.from({ length: 12 }, (_, n) => 100 + n);
  const made = await Promise.all(
    spaces.flatMap((id) => [
      api.send('POST', '/spaces', { id, key: `s${id}` }),
      api.send('POST', '/webhooks', { url: URL, event_ids: [], space_id: id }),
    ]),
  );
  for (const { status } of made) expect([201, 409]).toContain(status);
});
