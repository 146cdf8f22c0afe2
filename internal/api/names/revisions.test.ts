import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { disableWebhook } from '../../store/webhooks/disable-webhook.js';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await makeTestApi();
});
afterAll(() => api.stop());

const newWebhook = async () =>
  (await api.send('POST', '/webhooks', { url: 'https://example.com/hook', event_ids: [] }).expect(201)).body;
let events = 0;
const newEvent = async () => (await api.send('POST', '/events', { event: `a.n${events++}` }).expect(201)).body;

describe('the revision', () => {
  it('is 1 at first, rises by 1 with each change by a user, and is the ETag', async () => {
    const [{ id }, event] = [await newWebhook(), await newEvent()];
    const changes: [string, string, object?][] = [
      ['PATCH', `/webhooks/${id}`, { name: 'n' }],
      ['PUT', `/webhooks/${id}`, { event_ids: [event.id] }],
      ['POST', `/webhooks/${id}/pause`],
      ['POST', `/webhooks/${id}/resume`],
      ['POST', `/webhooks/${id}/secret/rotate`],
      ['PATCH', `/webhooks/${id}`, { auth: { type: 'bearer', token: 'a-secret' } }],
    ];
    for (const [n, [method, path, body]] of changes.entries()) {
      const answer = await api.send(method, path, body).expect(200);
      expect([answer.body.revision, answer.headers.etag]).toEqual([n + 2, `"${n + 2}"`]);
    }
    for (const [n, method] of ['PUT', 'PATCH'].entries()) {
      const answer = await api.send(method, `/events/${event.id}`, { name: 'n' }).expect(200);
      expect([answer.body.revision, answer.headers.etag]).toEqual([n + 2, `"${n + 2}"`]);
    }
    for (const path of [`/webhooks/${id}`, `/events/${event.id}`]) {
      const answer = await api.send('GET', path).expect(200);
      expect(answer.headers.etag).toBe(`"${answer.body.revision}"`);
    }
    expect((await api.send('GET', '/webhooks').expect(200)).headers.etag).toBeUndefined();
  });

  it('rises when hukz disables a webhook, and not when a circuit opens or another event changes', async () => {
    const event = await newEvent();
    const body = { url: 'https://example.com/hook', event_ids: [event.id] };
    const { id } = (await api.send('POST', '/webhooks', body).expect(201)).body;
    await api.db('webhooks').where({ id }).update({ circuit_opened_at: api.db.fn.now() });
    await api.send('PATCH', `/events/${event.id}`, { name: 'n' }).expect(200);
    expect((await api.send('GET', `/webhooks/${id}`).expect(200)).body.revision).toBe(1);
    await disableWebhook(api.pool, id, 'gone');
    expect((await api.send('GET', `/webhooks/${id}`).expect(200)).body.revision).toBe(2);
  });

  it('rises with the changes of instances that do not know it', async () => {
    const { id } = await newWebhook();
    const earlier = `update webhooks set name = 'n', updated_by_id = 1, updated_at = now() where id = ?`;
    await api.db.transaction(async (trx) => {
      for (const _ of [1, 2]) await trx.raw(earlier, [id]);
    });
    const insert = `insert into webhooks (created_by_id, updated_by_id, name, url, enabled, tags) values (1, 1, '', 'http://a.b', true, '{}') returning id`;
    const { rows } = await api.db.raw(insert);
    expect((await api.send('GET', `/webhooks/${id}`).expect(200)).body.revision).toBe(3);
    expect((await api.send('GET', `/webhooks/${rows[0].id}`).expect(200)).body.revision).toBe(1);
  });

  it('is the ETag of an answer that is remembered, too', async () => {
    const { id } = await newWebhook();
    const pause = () => api.send('POST', `/webhooks/${id}/pause`).set('Idempotency-Key', 'pause').expect(200);
    expect((await pause()).headers.etag).toBe('"2"');
    expect((await pause()).body.revision).toBe(2);
  });

  it('is ignored in bodies, and named in Hukz-Ignored', async () => {
    const { id } = await newWebhook();
    const answer = await api.send('PATCH', `/webhooks/${id}`, { revision: 77 }).expect(200);
    expect([answer.body.revision, answer.headers['hukz-ignored']]).toEqual([2, 'revision']);
  });

  it('never makes an answer an empty 304, because circuits are not part of it', async () => {
    const { id } = await newWebhook();
    for (const value of ['"1"', '*']) await api.send('GET', `/webhooks/${id}`).set('If-None-Match', value).expect(200);
  });
});

describe('If-Match', () => {
  const CHANGES: readonly [string, string, string, object | undefined][] = [
    ['PUT', 'webhooks', '', { name: 'n' }],
    ['PATCH', 'webhooks', '', { name: 'n' }],
    ['POST', 'webhooks', '/pause', {}],
    ['POST', 'webhooks', '/resume', {}],
    ['POST', 'webhooks', '/secret/rotate', {}],
    ['DELETE', 'webhooks', '', undefined],
    ['PUT', 'events', '', { name: 'n' }],
    ['PATCH', 'events', '', { name: 'n' }],
    ['DELETE', 'events', '', undefined],
  ];

  it.each(CHANGES)('guards %s of %s%s', async (method, resource, rest, body) => {
    const { id } = await (resource === 'events' ? newEvent() : newWebhook());
    const path = `/${resource}/${id}`;
    await api.send('PATCH', path, { name: 'someone else' }).expect(200);
    const refused = await api.send(method, `${path}${rest}`, body).set('If-Match', '"1"').expect(412);
    expect(refused.body.errors).toEqual([
      {
        code: 412,
        message: 'the revision is "2", which If-Match does not name: read it again, then repeat the change',
        source: 'If-Match',
      },
    ]);
    expect((await api.send('GET', path).expect(200)).body).toMatchObject({ revision: 2, name: 'someone else' });
    await api.send(method, `${path}${rest}`, body).set('If-Match', '"2"').expect(200);
  });

  it.each([
    ['*', 200],
    [' * ', 200],
    ['"1"', 200],
    ['"7", "1"', 200],
    ['"7",,"1" ,', 200],
    ['"a,b", "1"', 200],
    ['"7", "8"', 412],
    ['W/"1"', 412],
    ['W/"1", "1"', 200],
    ['"01"', 412],
    ['""', 412],
    ['"abc"', 412],
    ['1', 422],
    ['"1', 422],
    ['"1" "2"', 422],
    ['*, "1"', 422],
    ['', 422],
    ['w/"1"', 422],
  ])('of %s is answered with %i', async (header, status) => {
    const { id } = await newWebhook();
    const answer = await api.send('PATCH', `/webhooks/${id}`, { name: 'n' }).set('If-Match', header);
    expect(answer.status).toBe(status);
    if (status === 422)
      expect(answer.body.errors[0]).toEqual({
        code: 422,
        message: 'If-Match must be revisions in quotes, such as "3" or "3", "4", or a single *',
        source: 'If-Match',
      });
  });

  it('is read in time that grows with its length only', async () => {
    const { id } = await newWebhook();
    const gaps = `"1"${',        '.repeat(1500)}x`;
    const started = performance.now();
    await api.send('PATCH', `/webhooks/${id}`, { name: 'n' }).set('If-Match', gaps).expect(422);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('lets one of many through that start from the same revision', async () => {
    const { id } = await newWebhook();
    const change = () => api.send('PATCH', `/webhooks/${id}`, { name: 'n' }).set('If-Match', '"1"');
    const statuses = (await Promise.all(Array.from({ length: 8 }, change))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array(7).fill(412)]);
    expect((await api.send('GET', `/webhooks/${id}`).expect(200)).body.revision).toBe(2);
  });

  it('does not hide that there is nothing to change', async () => {
    await api.send('PATCH', '/webhooks/2147483647', { name: 'n' }).set('If-Match', '"1"').expect(404);
  });
});
