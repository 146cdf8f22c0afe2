import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { deleteExpired } from '../store/webhooks/delete-expired.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

const PROBLEM = 'the receiver has an address that is not allowed';
const receiverProblem = (url: URL) => (url.hostname === 'localhost' ? PROBLEM : undefined);

let api: TestApi;
let closed: TestApi;
beforeAll(async () => {
  api = await makeTestApi({ receiverProblem });
  closed = await makeTestApi({ db: api.db, pool: api.pool, receiverProblem, webhookListeners: false });
});
afterAll(() => api.stop());

const request = (at: TestApi, method: 'post' | 'patch' | 'get', path: string, body?: object) =>
  supertest(at.app)[method](path).set('x-user', '1').send(body);
const HOOK = { url: 'http://localhost:3000/hook', event_ids: [] };

async function created(fields: object): Promise<number> {
  const { status, body } = await request(api, 'post', '/webhooks', { ...HOOK, ...fields });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.id;
}

describe('a listening webhook', () => {
  it('may have the URL of an application on another machine, which no other webhook may have', async () => {
    const id = await created({ listen: '15m' });
    const refused = { status: 422, body: { errors: [{ message: PROBLEM, source: 'url' }] } };
    expect(await request(api, 'post', '/webhooks', HOOK)).toMatchObject(refused);
    expect(await request(api, 'patch', `/webhooks/${id}`, { listen: null })).toMatchObject(refused);
    expect(await request(api, 'patch', `/webhooks/${id}`, { name: 'x', listen: '1h' })).toMatchObject({ status: 200 });
  });

  it('is refused unless the operator allows it, but can be changed', async () => {
    const id = await created({ listen: '15m' });
    expect(await request(closed, 'post', '/webhooks', { ...HOOK, listen: '15m' })).toMatchObject({
      status: 422,
      body: { errors: [{ message: expect.stringContaining('WEBHOOK_LISTENERS can allow it'), source: 'listen' }] },
    });
    expect(await request(closed, 'patch', `/webhooks/${id}`, { enabled: false })).toMatchObject({ status: 200 });
  });

  it.each(['59s', '25h', '0s', 'soon'])('cannot listen for %s', async (listen) => {
    expect((await request(api, 'post', '/webhooks', { ...HOOK, listen })).status).toBe(422);
  });

  it('gets no stored credentials that were entered for a receiver', async () => {
    const auth = { type: 'bearer', token: 'a-secret-of-ours' };
    const id = await created({ url: 'http://example.com/', auth });
    const { status, body } = await request(api, 'patch', `/webhooks/${id}`, { listen: '15m' });
    expect([status, body.errors[0].message]).toEqual([
      409,
      expect.stringContaining('auth.token must be sent again, because listen would change'),
    ]);
    expect(await request(api, 'patch', `/webhooks/${id}`, { listen: '15m', auth })).toMatchObject({ status: 200 });
  });

  it('is deleted when it was not changed for its time, and no other webhook is', async () => {
    const [over, prolonged] = [await created({ listen: '15m' }), await created({ listen: '15m' })];
    const other = await created({ url: 'http://example.com/' });
    await api.db('webhooks').update({ updated_at: api.db.raw("now() - interval '16 minutes'") });
    await request(api, 'patch', `/webhooks/${prolonged}`, { listen: '15m' });
    expect(await deleteExpired(api.pool)).toContain(over);
    expect(await deleteExpired(api.pool)).toEqual([]);
    const statuses = [over, prolonged, other].map(async (id) => (await request(api, 'get', `/webhooks/${id}`)).status);
    expect(await Promise.all(statuses)).toEqual([404, 200, 200]);
  });
});
