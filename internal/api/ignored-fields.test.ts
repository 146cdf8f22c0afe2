import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

const RECORD = ['id', 'created_at', 'updated_at', 'deleted_at', 'created_by_id', 'updated_by_id', 'revision'];
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
      expect(after).toEqual({ ...before, name: 'n', updated_at: after.updated_at, revision: before.revision + 1 });
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

it('query parameters that the endpoint does not have are named, encoded and bounded, and change nothing', async () => {
  const ignored = async (path: string, status = 200) =>
    (await api.send('GET', path).expect(status)).headers['hukz-ignored'];
  expect(await ignored('/events?limit=1')).toBeUndefined();
  expect(await ignored('/events?limit=1&evnet=x&utm=1')).toBe('evnet, utm');
  expect(await ignored(`${webhook}?expand=1`)).toBe('expand');
  expect(await ignored('/ping?x')).toBe('x');
  expect(await ignored('/events?a%0d%0ab,%20c=1&%ff&__proto__=1')).toBe('a%0D%0Ab%2C%20c, %EF%BF%BD, __proto__');
  expect(await ignored('/webhooks/2147483647?x=1', 404)).toBe('x');
  const long = await ignored(`/events?${Array.from({ length: 50 }, (_, n) => `${'é'.repeat(40)}${n}`).join('&')}`);
  expect(long?.split(', ')).toHaveLength(20);
  expect(long?.length).toBeLessThan(20 * 70);
});

it('parameters and fields that are ignored are named together', async () => {
  const { headers } = await api.send('PATCH', `${event}?dry=1`, { name: 'n', id: 9 }).expect(200);
  expect(headers['hukz-ignored']).toBe('dry, id');
});
