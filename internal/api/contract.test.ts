import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const refusal = (code: number, message: string, source?: string) => ({
  errors: [{ code, message, ...(source === undefined ? {} : { source }) }],
});

describe('the contract', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await makeTestApi();
  });
  afterAll(() => api.stop());

  const newEvent = async (event: string, tags = {}) =>
    (await api.send('POST', '/events', { name: 'An event', event, tags }).expect(201)).body;
  /** Removes the fields that only the first answer has. */
  const newWebhook = async (path: string, body: object) => {
    const { secret, ...webhook } = (await api.send('POST', path, body).expect(201)).body;
    expect(secret).toMatch(/^whsec_/);
    return webhook;
  };

  it('answers /ping with a dot, and says that it is alive', async () => {
    const ping = await api.send('GET', '/ping', undefined, '').expect(200);
    expect([ping.text, ping.type]).toEqual(['.', 'text/plain']);
    expect((await api.send('GET', '/health/alive', undefined, '').expect(200)).body).toEqual({ status: 'ok' });
  });

  it('is ready when nothing is missing, and names what is', async () => {
    expect((await api.send('GET', '/health/ready', undefined, '').expect(200)).body).toEqual({
      status: 'ok',
      guarantee: 'at least once from the commit on',
      promise: 'at least once from the commit on',
    });
    api.rest.troubles = { nats: { summary: 'not connected', detail: 'no answer of nats://10.0.0.5:4222' } };
    const missing = await api.send('GET', '/health/ready', undefined, '').expect(503);
    expect(missing.body).toEqual({ errors: { nats: 'no answer of nats://10.0.0.5:4222' } });
    api.rest.tellsDetails = false;
    const told = await api.send('GET', '/health/ready', undefined, '').expect(503);
    expect(told.body).toEqual({ errors: { nats: 'not connected' } });
    api.rest.tellsDetails = true;
    api.rest.troubles = {};
  });

  it('is ready when only some events are degraded, names the first hundred, and says so in the answer of such an event', async () => {
    api.rest.degraded = Array.from({ length: 101 }, (_, n) => ({
      event: `degraded.n${n}`,
      reason: 'stream_refused',
      problem: 'The server has no room: raise its limit.',
    }));
    const ready = await api.send('GET', '/health/ready', undefined, '').expect(200);
    expect(ready.body).toMatchObject({ status: 'ok', degraded: expect.any(Array), degraded_total: 101 });
    expect(ready.body.degraded).toHaveLength(100);
    expect(ready.body.degraded[0]).toEqual(api.rest.degraded[0]);
    api.rest.tellsDetails = false;
    const toStrangers = await api.send('GET', '/health/ready', undefined, '').expect(200);
    expect(toStrangers.body.degraded[0]).toEqual({
      event: 'degraded.n0',
      reason: 'stream_refused',
      problem: 'NATS refuses to make or change the stream.',
    });
    expect(toStrangers.body).toMatchObject({ degraded_total: 101 });
    api.rest.tellsDetails = true;
    const made = await newEvent('degraded.n1');
    const told = { reason: 'stream_refused', problem: 'The server has no room: raise its limit.' };
    expect(made.degraded).toEqual(told);
    expect((await api.send('GET', `/events/${made.id}`).expect(200)).body.degraded).toEqual(told);
    api.rest.degraded = [];
    expect((await api.send('GET', `/events/${made.id}`).expect(200)).body).not.toHaveProperty('degraded');
    await api.send('DELETE', `/events/${made.id}`).expect(200);
  });

  it.each([
    ['GET', '/events'],
    ['POST', '/events'],
    ['GET', '/events/1'],
    ['PUT', '/events/1'],
    ['PATCH', '/events/1'],
    ['DELETE', '/events/1'],
    ['GET', '/webhooks'],
    ['POST', '/webhooks'],
    ['GET', '/webhooks/logs'],
    ['GET', '/webhooks/space/1'],
    ['POST', '/webhooks/space/1'],
    ['GET', '/webhooks/space/1/check'],
    ['GET', '/webhooks/1'],
    ['PUT', '/webhooks/1'],
    ['PATCH', '/webhooks/1'],
    ['DELETE', '/webhooks/1'],
    ['GET', '/events/not-a-number'],
    ['GET', '/events/%zz'],
    ['GET', '/webhooks/nothing/here'],
  ])('wants a user before anything else: %s %s', async (method, path) => {
    const answer = await api.send(method, path, method === 'GET' ? undefined : ['nonsense'], '');
    expect([answer.status, answer.body]).toEqual([401, refusal(401, 'Not allowed', 'X-User')]);
  });

  it('makes, shows, changes and deletes an event', async () => {
    const made = await api
      .send('POST', '/events', { name: 'Tag created', event: 'tag.created', tags: { app: 'example' } }, '7')
      .expect(201);
    const event = {
      id: expect.any(Number),
      created_at: INSTANT,
      updated_at: INSTANT,
      revision: 1,
      deleted_at: null,
      created_by_id: 7,
      updated_by_id: 7,
      name: 'Tag created',
      event: 'tag.created',
      tags: { app: 'example' },
      publish_only: false,
    };
    expect(made.body).toEqual(event);
    const path = `/events/${made.body.id}`;
    expect((await api.send('GET', path).expect(200)).body).toEqual(made.body);

    const put = await api.send('PUT', path, { name: '', event: 'tag.made', tags: { app: 'other' } }, '8').expect(200);
    expect(put.body).toEqual({
      ...event,
      updated_at: INSTANT,
      revision: expect.any(Number),
      updated_by_id: 8,
      event: 'tag.made',
      tags: { app: 'other' },
    });
    const patch = api.send('PATCH', path, { name: null, tags: { app: null, team: 'a' } });
    const patched = await patch.set('Content-Type', 'application/merge-patch+json').expect(200);
    expect(patched.body).toMatchObject({ name: '', event: 'tag.made', tags: { team: 'a' } });

    const deleted = await api.send('DELETE', path).expect(200);
    expect(deleted.text).toBe('null');
    for (const method of ['GET', 'DELETE']) {
      expect((await api.send(method, path).expect(404)).body).toEqual(refusal(404, 'Record not found'));
    }
    for (const method of ['PUT', 'PATCH']) {
      expect((await api.send(method, path, { name: 'x' }).expect(404)).body).toEqual(refusal(404, 'Record not found'));
    }
    await newEvent('tag.made');
  });

  it('takes an event without a name and tags', async () => {
    const made = await api.send('POST', '/events', { event: 'bare.event' }).expect(201);
    expect(made.body).toMatchObject({ name: '', tags: {} });
  });

  it('takes back what it answered, as scripts send it', async () => {
    const event = await newEvent('round.trip', { app: 'a' });
    const again = await api.send('PUT', `/events/${event.id}`, { ...event, name: 'New name' }).expect(200);
    expect(again.body).toEqual({ ...event, name: 'New name', updated_at: INSTANT, revision: 2 });

    const webhook = await newWebhook('/webhooks/space/7', { url: 'https://example.com/a', event_ids: [event.id] });
    const put = await api.send('PUT', `/webhooks/${webhook.id}`, { ...webhook, enabled: false }).expect(200);
    expect(put.body).toEqual({ ...webhook, enabled: false, updated_at: INSTANT, revision: 2, events: [again.body] });
  });

  it('keeps the subject of an event unique, whatever its case, and lets it change its own case', async () => {
    const event = await newEvent('Unique.One');
    const duplicate = refusal(422, 'event with same event string exist', 'event');
    expect((await api.send('POST', '/events', { event: 'unique.ONE' }).expect(422)).body).toEqual(duplicate);
    const other = await newEvent('unique.other');
    const renamed = await api.send('PUT', `/events/${other.id}`, { event: 'UNIQUE.one' }).expect(422);
    expect(renamed.body).toEqual(duplicate);
    await api.send('PUT', `/events/${event.id}`, { event: 'unique.one' }).expect(200);
    // `_` was a wildcard in the comparison of the original service.
    await newEvent('unique_one');
  });

  it('keeps an event that a webhook has, until the webhook is gone', async () => {
    const event = await newEvent('used.event');
    const webhook = await newWebhook('/webhooks', { url: 'http://example.com', event_ids: [event.id] });
    const refused = await api.send('DELETE', `/events/${event.id}`).expect(422);
    expect(refused.body).toEqual(refusal(422, 'event is associated with some webhook'));
    expect((await api.send('DELETE', `/webhooks/${webhook.id}`).expect(200)).text).toBe('null');
    await api.send('DELETE', `/events/${event.id}`).expect(200);
  });

  it('makes, shows, changes and deletes a webhook of a space', async () => {
    const [one, two] = [await newEvent('hook.one'), await newEvent('hook.two')];
    const body = {
      name: 'Hook',
      url: 'https://example.com/hook',
      event_ids: [two.id, one.id, one.id],
      tags: { a: 'b' },
    };
    const made = await newWebhook('/webhooks/space/17', body);
    expect(made).toEqual({
      id: expect.any(Number),
      created_at: INSTANT,
      updated_at: INSTANT,
      revision: 1,
      secrets: [{ hint: expect.any(String), created_at: INSTANT, expires_at: null }],
      deleted_at: null,
      created_by_id: 1,
      updated_by_id: 1,
      name: 'Hook',
      url: 'https://example.com/hook',
      enabled: true,
      events: [one, two],
      tags: { a: 'b' },
      space_id: 17,
    });
    const path = `/webhooks/${made.id}`;
    expect((await api.send('GET', path).expect(200)).body).toEqual(made);

    const off = await api.send('PUT', path, { enabled: false, url: '' }).expect(200);
    expect(off.body).toMatchObject({ enabled: false, url: 'https://example.com/hook', events: [one, two] });
    const kept = await api.send('PUT', path, { name: 'Renamed' }, '2').expect(200);
    expect(kept.body).toMatchObject({ enabled: false, name: 'Renamed', created_by_id: 1, updated_by_id: 2 });
    const fewer = await api.send('PATCH', path, { event_ids: [two.id], tags: { c: 'd' } }).expect(200);
    expect(fewer.body).toMatchObject({ events: [two], tags: { a: 'b', c: 'd' } });
    expect((await api.send('PUT', path, { event_ids: [] }).expect(200)).body.events).toEqual([]);
    expect((await api.send('PUT', path, { tags: {} }).expect(200)).body.tags).toEqual({});

    await api.send('DELETE', path).expect(200);
    await api.send('GET', path).expect(404);
    await api.send('DELETE', path).expect(404);
    await api.send('PUT', path, {}).expect(404);
    await api.send('PATCH', path, {}).expect(404);
  });

  it('enabling a webhook again forgets why it was disabled', async () => {
    const webhook = await newWebhook('/webhooks', { url: 'http://example.com', event_ids: [] });
    await api.db('webhooks').where({ id: webhook.id }).update({ enabled: false, disabled_because: 'gone' });
    await api.send('PUT', `/webhooks/${webhook.id}`, { name: 'x' }).expect(200);
    const because = () => api.db('webhooks').where({ id: webhook.id }).first('disabled_because');
    expect(await because()).toEqual({ disabled_because: 'gone' });
    await api.send('PUT', `/webhooks/${webhook.id}`, { enabled: true }).expect(200);
    expect(await because()).toEqual({ disabled_because: null });
  });

  it('serves the older form without a space: space 0, or the one in the body', async () => {
    const plain = await newWebhook('/webhooks', { url: 'http://example.com', event_ids: [] });
    const placed = await newWebhook('/webhooks', {
      url: 'http://example.com',
      event_ids: [],
      space_id: 9_007_199_254_740_991,
    });
    expect([plain.space_id, placed.space_id]).toEqual([0, 9_007_199_254_740_991]);
    const found = await api.send('GET', '/webhooks?space_id=9007199254740991').expect(200);
    expect(found.body).toEqual({ total: 1, nodes: [placed] });
    expect((await api.send('GET', '/webhooks/space/9007199254740991').expect(200)).body).toEqual(found.body);
  });

  it('leaves a webhook in its space', async () => {
    const webhook = await newWebhook('/webhooks/space/3', { url: 'http://example.com', event_ids: [], space_id: 3 });
    const moved = refusal(409, 'space_id is 3 and cannot be changed', 'space_id');
    for (const method of ['PUT', 'PATCH']) {
      expect((await api.send(method, `/webhooks/${webhook.id}`, { space_id: 4 }).expect(409)).body).toEqual(moved);
    }
    const body = { url: 'http://example.com', event_ids: [], space_id: 4 };
    expect((await api.send('POST', '/webhooks/space/3', body).expect(409)).body).toEqual(moved);
  });

  it('says whether an enabled webhook of a space has exactly an event', async () => {
    const event = await newEvent('check.Me');
    const webhook = await newWebhook('/webhooks/space/55', { url: 'http://example.com', event_ids: [event.id] });
    const check = async (query: string, space = 55) =>
      (await api.send('GET', `/webhooks/space/${space}/check${query}`).expect(200)).body;
    expect(await check('?event=check.Me')).toEqual({ event_enabled: true });
    expect(await check('?event=check.me')).toEqual({ event_enabled: false });
    expect(await check('?event=check.*')).toEqual({ event_enabled: false });
    expect(await check('')).toEqual({ event_enabled: false });
    expect(await check('?event=check.Me', 56)).toEqual({ event_enabled: false });
    await api.send('PUT', `/webhooks/${webhook.id}`, { enabled: false }).expect(200);
    expect(await check('?event=check.Me')).toEqual({ event_enabled: false });
  });

  it('names the events that a webhook wants and that are not there', async () => {
    const event = await newEvent('known.event');
    const body = { url: 'http://example.com', event_ids: [event.id, 2_000_000_001, 2_000_000_002] };
    const unknown = refusal(422, 'event_ids: there is no event 2000000001, 2000000002', 'event_ids');
    expect((await api.send('POST', '/webhooks', body).expect(422)).body).toEqual(unknown);
    const webhook = await newWebhook('/webhooks', { url: 'http://example.com', event_ids: [event.id] });
    for (const method of ['PUT', 'PATCH']) {
      const { event_ids } = body;
      expect((await api.send(method, `/webhooks/${webhook.id}`, { event_ids }).expect(422)).body).toEqual(unknown);
    }
    expect((await api.send('GET', `/webhooks/${webhook.id}`)).body.events).toEqual([event]);
  });

  it('lists by tags, all of them, in pages, with the number of all that match', async () => {
    for (let n = 1; n <= 13; n++) await newEvent(`listed.${n}`, { list: 'yes', odd: String(n % 2), url: 'http://x' });
    const list = async (query: string) => (await api.send('GET', `/events${query}`).expect(200)).body;
    const names = (body: { nodes: { event: string }[] }) => body.nodes.map(({ event }) => event);

    const first = await list('?tag=list:yes');
    expect(first.total).toBe(13);
    expect(names(first)).toEqual(Array.from({ length: 10 }, (_, n) => `listed.${n + 1}`));
    expect(names(await list('?tag=list:yes&page=2'))).toEqual(['listed.11', 'listed.12', 'listed.13']);
    expect(await list('?tag=list:yes&page=900000')).toEqual({ total: 13, nodes: [] });
    expect((await list('?tag=list:yes&limit=100')).nodes).toHaveLength(13);
    const odd = await list('?tag=list:yes&tag=odd:1&limit=3&page=2');
    expect([odd.total, names(odd)]).toEqual([7, ['listed.7', 'listed.9', 'listed.11']]);
    expect(await list('?tag=list:yes&tag=list:no')).toEqual({ total: 0, nodes: [] });
    expect((await list('?tag=url:http://x&limit=1')).total).toBe(13);
    expect((await list(`?tag=${encodeURIComponent(`list:yes'; drop table events; --"`)}`)).total).toBe(0);
    expect((await list('')).total).toBeGreaterThan(13);
  });

  it.each(['limit=0', 'limit=101', 'limit=-1', 'limit=abc', 'limit=1e1', 'limit=', 'limit=99999999999999999999'])(
    'falls back to ten when paging is junk: %s',
    async (query) => {
      const answer = await api.send('GET', `/events?tag=list:yes&${query}`).expect(200);
      expect(answer.body.nodes).toHaveLength(10);
    },
  );

  it.each(['page=0', 'page=-1', 'page=x', 'page=1.5', 'page=%00', 'page=', 'page=99999999999999999999999'])(
    'falls back to the first page when paging is junk: %s',
    async (query) => {
      const answer = await api.send('GET', `/events?tag=list:yes&${query}`).expect(200);
      expect(answer.body.nodes[0].event).toBe('listed.1');
    },
  );

  it('lists webhooks by tags with the whole of their events', async () => {
    const [one, two] = [await newEvent('in.list.one'), await newEvent('in.list.two')];
    const tags = { hooks: 'listed' };
    const url = 'http://example.com';
    const a = await newWebhook('/webhooks/space/81', { url, event_ids: [one.id, two.id], tags });
    const b = await newWebhook('/webhooks/space/82', { url, event_ids: [], tags });
    const c = await newWebhook('/webhooks/space/81', { url, event_ids: [two.id] });
    const list = async (path: string) => (await api.send('GET', path).expect(200)).body;
    expect(await list('/webhooks?tag=hooks:listed')).toEqual({ total: 2, nodes: [a, b] });
    expect(await list('/webhooks/space/81')).toEqual({ total: 2, nodes: [a, c] });
    expect(await list('/webhooks/space/81?tag=hooks:listed')).toEqual({ total: 1, nodes: [a] });
    expect(await list('/webhooks?space_id=81&limit=1&page=2')).toEqual({ total: 2, nodes: [c] });
    expect(a.events).toEqual([one, two]);
  });

  it('answers HEAD as GET, other methods with those that there are, other paths in the same form', async () => {
    const head = await api.send('HEAD', '/events').expect(200);
    expect(head.text ?? '').toBe('');
    const wrong = await api.send('PATCH', '/events', {}).expect(405);
    expect([wrong.headers.allow, wrong.body]).toEqual(['GET, HEAD, POST', refusal(405, 'Method not allowed')]);
    expect((await api.send('DELETE', '/webhooks/logs').expect(405)).headers.allow).toBe('GET, HEAD');
    expect((await api.send('POST', '/ping', {}).expect(405)).headers.allow).toBe('GET, HEAD');
    const nothing = await api.send('GET', '/nothing', undefined, '').expect(404);
    expect(nothing.body).toEqual(refusal(404, 'no route matches this path'));
    await api.send('GET', '/events/1/more').expect(404);
  });

  it('is subscribed before it answers, and stores nothing that could not be', async () => {
    const event = await newEvent('before.answer');
    const before = await api.counts();
    api.rest.intakeProblem = 'NATS is not connected';
    const away = refusal(503, 'hukz cannot subscribe to the event now: NATS is not connected');
    expect((await api.send('POST', '/events', { event: 'new.one' }).expect(503)).body).toEqual(away);
    for (const method of ['PUT', 'PATCH']) {
      expect((await api.send(method, `/events/${event.id}`, { event: 'renamed' }).expect(503)).body).toEqual(away);
      await api.send(method, `/events/${event.id}`, { event: 'before.answer', name: 'Only the name' }).expect(200);
    }
    api.rest.intakeProblem = undefined;
    expect(await api.counts()).toEqual(before);
    expect((await api.send('GET', `/events/${event.id}`)).body.event).toBe('before.answer');
  });

  it('makes every change live before it answers, and says when it could not', async () => {
    const seen: (readonly string[])[] = [];
    api.rest.catalogChanged = async () => {
      seen.push(await api.db('events').where('event', 'like', 'live.%').whereNull('deleted_at').pluck('event'));
    };
    const event = await newEvent('live.a');
    await api.send('PUT', `/events/${event.id}`, { event: 'live.b' }).expect(200);
    await api.send('DELETE', `/events/${event.id}`).expect(200);
    expect(seen).toEqual([['live.a'], ['live.b'], []]);

    api.rest.catalogChanged = () => Promise.reject(new Error('went away'));
    const stored = await api.send('POST', '/events', { event: 'live.c' }).expect(503);
    expect(stored.body.errors[0].message).toMatch(/^Saved, but not yet active/);
    api.rest.catalogChanged = async () => undefined;
    expect((await api.send('GET', '/events?limit=100').expect(200)).text).toContain('live.c');
  });

  it('answers the request id that it was given, or one of its own, and logs one line a request', async () => {
    const given = await api.send('GET', '/events').set('X-Request-Id', 'from-a-proxy.1').expect(200);
    expect(given.headers['x-request-id']).toBe('from-a-proxy.1');
    const line = api.lines.find(({ fields }) => fields.request_id === 'from-a-proxy.1');
    expect(line).toMatchObject({
      level: 'debug',
      name: 'api.request',
      fields: { method: 'GET', path: '/events', status: 200 },
    });
    const insane = await api.send('GET', '/events').set('X-Request-Id', 'a"b c').expect(200);
    expect(insane.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('says as little as possible about itself, and allows a browser nothing', async () => {
    const { headers } = await api.send('GET', '/events').expect(200);
    expect([headers['x-powered-by'], headers.etag]).toEqual([undefined, undefined]);
    // The header has no meaning over plain HTTP, and only the proxy that terminates TLS knows whether TLS is used.
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('never failed in all of this', () => {
    expect(api.lines.filter(({ name }) => name === 'api.failed')).toEqual([]);
  });
});

describe('a bug', () => {
  it('answers nothing of itself, and is logged with the request id', async () => {
    const api = await makeTestApi();
    api.rest.troubles = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new TypeError('secret detail');
        },
      },
    );
    const answer = await api.send('GET', '/health/ready', undefined, '').set('X-Request-Id', 'bug-1').expect(500);
    expect(answer.body).toEqual(refusal(500, 'Something went wrong'));
    const failed = api.lines.filter(({ name }) => name === 'api.failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ level: 'error', fields: { request_id: 'bug-1', path: '/health/ready' } });
    expect(failed[0]!.fields.error).toContain('secret detail');
    await api.stop();
  });
});
