import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CatalogWebhook } from '../../domain/matching/catalog.js';
import { loadCatalogChanges } from '../../store/catalog/catalog-changes.js';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';
import { hoursAgo, storeDelivery } from '../../testkit/stored-delivery.js';
import { storeLog } from '../../testkit/stored-logs.js';

let api: TestApi;
beforeAll(async () => {
  api = await makeTestApi();
});
afterAll(() => api.stop());

const URL = 'https://example.com/hook';
const newWebhook = async (given: object) =>
  (await api.send('POST', '/webhooks', { url: URL, event_ids: [], ...given }).expect(201)).body;
const newEvent = async (given: object) => (await api.send('POST', '/events', given).expect(201)).body;
const errorOf = async (method: string, path: string, body?: object) => {
  const { status, body: answer } = await api.send(method, path, body);
  return [status, answer.errors?.[0].message, answer.errors?.[0].source];
};

describe('a key', () => {
  it('is set, kept, changed and cleared by POST, PUT and PATCH, and so is managed_by', async () => {
    const named = { key: 'shop/orders.v1_a-b', managed_by: 'Terraform (prod) é' };
    for (const [path, made] of [
      ['/events', await newEvent({ event: 'a.keyed', ...named })],
      ['/webhooks', await newWebhook(named)],
    ]) {
      const one = `${path}/${made.id}`;
      expect(made).toMatchObject(named);
      expect((await api.send('GET', one).expect(200)).body).toMatchObject(named);
      const kept = await api.send('PUT', one, { key: '', managed_by: '' }).expect(200);
      expect(kept.body).toMatchObject(named);
      const other = { key: '0', managed_by: 'x' };
      expect((await api.send('PUT', one, other).expect(200)).body).toMatchObject(other);
      expect((await api.send('PATCH', one, named).expect(200)).body).toMatchObject(named);
      expect((await api.send('PATCH', one, { name: 'n' }).expect(200)).body).toMatchObject(named);
      const { body } = await api.send('PATCH', one, { key: null, managed_by: null }).expect(200);
      expect([body.key, body.managed_by]).toEqual([undefined, undefined]);
      await api.send('PATCH', one, named).expect(200);
      const cleared = (await api.send('PUT', one, { key: null }).expect(200)).body;
      expect([cleared.key, cleared.managed_by]).toEqual([undefined, named.managed_by]);
    }
  });

  it('is absent in answers of those who use none', async () => {
    const event = await newEvent({ event: 'a.unnamed', key: null });
    const webhook = await newWebhook({});
    for (const one of [event, webhook]) {
      expect(one).not.toHaveProperty('key');
      expect(one).not.toHaveProperty('managed_by');
    }
  });

  const LONG = 'a'.repeat(127);
  it.each([
    ['', 'empty'],
    ['-a', 'begins with a dash'],
    ['/a', 'begins with a slash'],
    ['Shop', 'capital letters'],
    ['a b', 'a space'],
    ['a\n', 'a line break'],
    ['a:b', 'a colon'],
    ['é', 'an accent'],
    [`${LONG}a`, 'too long'],
    [7, 'a number'],
  ])('%j is refused: %s', async (key, _why) => {
    const webhook = await newWebhook({});
    for (const [method, path, body] of [
      ['POST', '/webhooks', { url: URL, event_ids: [], key }],
      ['POST', '/events', { event: 'a.bad', key }],
      ['PATCH', `/webhooks/${webhook.id}`, { key }],
    ] as const) {
      const [status, message, source] = await errorOf(method, path, body);
      expect([status, source]).toEqual([422, 'key']);
      expect(message).toMatch(
        /^key(?:: a key has 1 to 127 characters out of| has at most 127 characters| must be a string)/,
      );
    }
    const listed = await api.send('GET', `/webhooks?key=${encodeURIComponent(key)}`);
    expect(listed.status).toBe(key === 7 ? 200 : 422);
  });

  it.each([
    ['', 'managed_by: a name has at least one character, and no control characters'],
    ['a\tb', 'managed_by: a name has at least one character, and no control characters'],
    ['a'.repeat(65), 'managed_by has at most 64 characters'],
    ['\ud800', 'managed_by: text may not contain NUL or lone surrogates'],
  ])('is refused beside managed_by %j', async (managed_by, message) => {
    const body = { url: URL, event_ids: [], managed_by };
    expect(await errorOf('POST', '/webhooks', body)).toEqual([422, message, 'managed_by']);
  });

  it('is unique among all events, and the refusal names the other; a deleted event frees it', async () => {
    const { id } = await newEvent({ event: 'a.first', key: 'taken' });
    const other = await newEvent({ event: 'a.second' });
    const refusal = [409, `event ${id} has the key "taken" already: choose another key`, 'key'];
    expect(await errorOf('POST', '/events', { event: 'a.third', key: 'taken' })).toEqual(refusal);
    expect(await errorOf('PATCH', `/events/${other.id}`, { key: 'taken' })).toEqual(refusal);
    expect(await errorOf('POST', '/events', { event: 'a.first' })).toEqual([
      ...[422, 'event with same event string exist', 'event'],
    ]);
    await api.send('DELETE', `/events/${id}`).expect(200);
    await api.send('PATCH', `/events/${other.id}`, { key: 'taken' }).expect(200);
  });

  it('is unique among the webhooks of a space only; a deleted webhook frees it', async () => {
    const { id } = await newWebhook({ key: 'taken', space_id: 7 });
    await newWebhook({ key: 'taken', space_id: 8 });
    const other = await newWebhook({ space_id: 7 });
    const refusal = [409, `webhook ${id} has the key "taken" already: choose another key`, 'key'];
    const body = { url: URL, event_ids: [], key: 'taken' };
    expect(await errorOf('POST', '/webhooks/space/7', body)).toEqual(refusal);
    expect(await errorOf('PUT', `/webhooks/${other.id}`, { key: 'taken' })).toEqual(refusal);
    await api.send('DELETE', `/webhooks/key:taken?space=7`).expect(200);
    await api.send('PUT', `/webhooks/${other.id}`, { key: 'taken' }).expect(200);
  });

  it('goes to one of many who ask for it at once, and the others get the 409', async () => {
    const body = { url: URL, event_ids: [], key: 'wanted' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.send('POST', '/webhooks', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    const { id } = answers.find(({ status }) => status === 201)?.body ?? {};
    for (const { status, body } of answers)
      if (status === 409) expect(body.errors[0].message).toMatch(`webhook ${id} has the key "wanted"`);
  });

  it('and managed_by select in lists', async () => {
    const [one, two] = [await newWebhook({ key: 'listed', managed_by: 'm' }), await newWebhook({ managed_by: 'm' })];
    await newWebhook({ key: 'listed', space_id: 9, managed_by: 'other' });
    const event = await newEvent({ event: 'a.listed', key: 'listed', managed_by: 'm' });
    const idsIn = async (path: string) =>
      (await api.send('GET', path).expect(200)).body.nodes.map(({ id }: { id: number }) => id);
    expect(await idsIn('/webhooks?managed_by=m')).toEqual([one.id, two.id]);
    expect(await idsIn('/webhooks?managed_by=m&key=listed&events=brief')).toEqual([one.id]);
    expect(await idsIn('/webhooks/space/9?key=listed')).toHaveLength(1);
    expect(await idsIn('/webhooks/space/9?key=listed&managed_by=m')).toEqual([]);
    expect(await idsIn('/events?managed_by=m')).toEqual([event.id]);
    expect(await idsIn('/events?key=listed')).toEqual([event.id]);
    expect(await idsIn('/events?key=unknown')).toEqual([]);
  });
});

describe('key:<key> in a path', () => {
  const KEY = 'key:path/a';
  const PATH = `/webhooks/${encodeURIComponent(KEY)}`;
  let webhook: { id: number };
  let event: { id: number };
  beforeAll(async () => {
    event = await newEvent({ event: 'a.path', key: 'path/a' });
    webhook = await newWebhook({ key: 'path/a', event_ids: [event.id], ordering: 'webhook' });
  });

  it.each<[string, string, object | undefined]>([
    ['GET', '', undefined],
    ['PUT', '', { name: 'n' }],
    ['PATCH', '', { name: 'n' }],
    ['POST', '/pause', undefined],
    ['POST', '/resume', {}],
    ['POST', '/secret/rotate', {}],
  ])('%s %s answers the webhook', async (method, rest, body) => {
    const { body: answer } = await api.send(method, `${PATH}${rest}`, body).expect(200);
    expect(answer.id).toBe(webhook.id);
    await api.send(method, `/webhooks/${KEY.replace('/', '%2f')}${rest}`, body).expect(200);
  });

  it('is taken by every other path of a webhook', async () => {
    const { paths } = (await api.send('GET', '/openapi.json').expect(200)).body;
    const named = Object.keys(paths).filter((path) => path.startsWith('/webhooks/{id}'));
    expect(named.length).toBeGreaterThan(8);
    for (const path of named) {
      for (const method of Object.keys(paths[path])) {
        const to = path
          .replace('{id}', 'key:nobody')
          .replace('{key}', '00000000-0000-4000-8000-000000000000')
          .replace('/release', path.includes('{key}') ? '/release' : '/release?value=x');
        const body = method === 'get' || method === 'delete' ? undefined : {};
        const { status } = await api.send(method.toUpperCase(), to, path.endsWith('/replay') ? REPLAY : body);
        expect([method, path, status]).toEqual([method, path, 404]);
      }
    }
  });
  const REPLAY = { since: '1h', outcome: 'dead', dry_run: true };

  it('reaches the replays, the keys and the tests of the webhook', async () => {
    await api.send('GET', `${PATH}/keys`).expect(200);
    await api.send('GET', `${PATH}/replays`).expect(200);
    await api.send('POST', `${PATH}/replay`, REPLAY).expect(200);
  });

  it('answers, changes and deletes an event', async () => {
    const path = `/events/${encodeURIComponent(KEY)}`;
    expect((await api.send('GET', path).expect(200)).body.id).toBe(event.id);
    for (const method of ['PUT', 'PATCH'])
      expect((await api.send(method, path, { name: method }).expect(200)).body.name).toBe(method);
    await api.send('DELETE', path).expect(422);
    await api.send('GET', '/events/key:nobody').expect(404);
  });

  it('needs the space when webhooks of several spaces have the key', async () => {
    const [in3, in4] = [
      await newWebhook({ key: 'twice', space_id: 3 }),
      await newWebhook({ key: 'twice', space_id: 4 }),
    ];
    expect(await errorOf('GET', '/webhooks/key:twice')).toEqual([
      409,
      'webhooks of several spaces have the key "twice": name one, such as ?space=3 or ?space=4',
      'space',
    ]);
    const idAt = async (path: string) => (await api.send('GET', path).expect(200)).body.id;
    expect(await idAt('/webhooks/key:twice?space=4')).toBe(in4.id);
    await api.send('GET', '/webhooks/key:twice?space=5').expect(404);
    await api.send('GET', '/webhooks/key:twice?space=x').expect(422);
    api.rest.spaces = [3];
    expect(await idAt('/webhooks/key:twice')).toBe(in3.id);
    await api.send('GET', '/webhooks/key:twice?space=4').expect(404);
    api.rest.spaces = 'all';
  });

  it.each([
    ['key:', 'a key has 1 to 127 characters'],
    ['key:Shop', 'a key has 1 to 127 characters'],
    [`key:${'a'.repeat(128)}`, 'a key has 1 to 127 characters'],
    ['Key:shop', 'Invalid ID'],
    ['shop', 'Invalid ID'],
    ['0', 'Invalid ID'],
  ])('%s is a 400', async (name, sentence) => {
    for (const path of ['/webhooks', '/events']) {
      const [status, message] = await errorOf('GET', `${path}/${name}`);
      expect([status, message.slice(0, sentence.length)]).toEqual([400, sentence]);
    }
  });

  it.each([
    ['/webhooks/logs', 'webhook_id', 'space_id'],
    ['/dead-letters', 'webhook_id', 'space_id'],
    ['/accounting', 'webhook_id', 'space'],
    ['/deliveries', 'webhook', 'space'],
  ])('is a filter of %s', async (path, filter, space) => {
    await api.send('GET', `${path}?${filter}=key:path/a`).expect(200);
    await api.send('GET', `${path}?${filter}=key:nobody`).expect(404);
    await api.send('GET', `${path}?${filter}=key:twice`).expect(409);
    await api.send('GET', `${path}?${filter}=key:twice&${space}=3`).expect(200);
    await api.send('GET', `${path}?${filter}=2147483647`).expect(200);
    await api.send('GET', `${path}?${filter}=Key:x`).expect(422);
  });

  it('is known to the catalog of instances, by which messages are matched, and costs the others nothing', async () => {
    const other = await newWebhook({});
    const found = new Map<number, CatalogWebhook>();
    await loadCatalogChanges(api.pool, { version: 0, stamp: '' }, ({ webhooks }) => {
      for (const one of webhooks) found.set(one.id, one);
    });
    expect(found.get(webhook.id)?.key).toBe('path/a');
    expect(found.get(other.id)).not.toHaveProperty('key');
  });

  it('selects the logs and deliveries of the webhook', async () => {
    const other = await newWebhook({});
    for (const one of [webhook, other]) {
      await storeLog(api.db, { at: new Date(), webhookId: one.id });
      // Its attempt is a second log.
      await storeDelivery(api.db, { place: 'dead_letters', webhookId: one.id, at: hoursAgo(1) });
    }
    const idsIn = async (list: string) =>
      (await api.send('GET', list).expect(200)).body.nodes.map((node: { webhook_id: number }) => node.webhook_id);
    expect(await idsIn('/webhooks/logs?webhook_id=key:path/a')).toEqual([webhook.id, webhook.id]);
    expect(await idsIn('/dead-letters?webhook_id=key:path/a')).toEqual([webhook.id]);
    expect(await idsIn('/deliveries?state=dead&webhook=key:path/a')).toEqual([webhook.id]);
  });

  it('costs nothing for a plain id', async () => {
    const sent: string[] = [];
    const note = ({ sql }: { sql: string }) => sent.push(sql);
    api.db.on('query', note);
    await api.send('GET', `/events/${event.id}`).expect(200);
    expect(sent).toHaveLength(1);
    await api.send('GET', '/events/key:path%2Fa').expect(200);
    expect(sent).toHaveLength(3);
    api.db.removeListener('query', note);
  });
});
