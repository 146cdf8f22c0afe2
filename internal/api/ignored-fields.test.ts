import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

const RECORD = ['id', 'created_at', 'updated_at', 'deleted_at', 'created_by_id', 'updated_by_id'];
const WEBHOOK = { url: 'http://example.com', event_ids: [] };

let api: TestApi;
let webhook: string;
let event: string;

beforeAll(async () => {
  api = await makeTestApi();
  webhook = `/webhooks/${(await api.send('POST', '/webhooks', WEBHOOK).expect(201)).body.id}`;
  event = `/events/${(await api.send('POST', '/events', { event: 'tag.created' }).expect(201)).body.id}`;
});
afterAll(() => api.stop());

const ignoredIn = async (method: string, path: string, body: object) => {
  const answer = await api.send(method, path, body);
  expect([200, 201]).toContain(answer.status);
  return [answer.headers['hukz-ignored'], answer.body] as const;
};

it.each(['PUT', 'PATCH'])(
  'a %s with read-only fields changes none of them and names them in the answer',
  async (method) => {
    for (const path of [webhook, event]) {
      const before = (await api.send('GET', path).expect(200)).body;
      const [ignored, after] = await ignoredIn(method, path, { name: 'n', created_by_id: 7, id: 12_345 });
      expect(ignored).toBe('id, created_by_id');
      expect(after).toEqual({ ...before, name: 'n', updated_at: after.updated_at });
      const [readBack] = await ignoredIn(method, path, after);
      expect(readBack?.split(', ')).toEqual(expect.arrayContaining(RECORD));
      expect(await ignoredIn(method, path, { name: 'n' })).toEqual([undefined, expect.anything()]);
    }
  },
);

it('a POST with read-only fields names them too', async () => {
  expect((await ignoredIn('POST', '/webhooks', { ...WEBHOOK, id: 1, circuit: {} }))[0]).toBe('id, circuit');
  expect((await ignoredIn('POST', '/webhooks/space/7', { ...WEBHOOK, secrets: [] }))[0]).toBe('secrets');
  expect((await ignoredIn('POST', '/events', { event: 'a.b', deleted_at: null }))[0]).toBe('deleted_at');
});

it('the document has the header where a body has such fields', async () => {
  const { paths } = (await api.send('GET', '/openapi.json').expect(200)).body;
  const headersOf = (path: string, method: string, status: number) => paths[path][method].responses[status].headers;
  expect(headersOf('/webhooks/{id}', 'patch', 200)).toHaveProperty('Hukz-Ignored');
  expect(headersOf('/webhooks/{id}', 'get', 200)).toBeUndefined();
  expect(headersOf('/webhooks/{id}/replay', 'post', 202)).toBeUndefined();
});
