import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestApi, TEST_LIMITS, type TestApi } from '../../testkit/kits/test-api.js';

const RECEIVER = { url: 'http://example.com/hook', event_ids: [] };
const API_KEY = { type: 'api_key', header: 'X-User', value: 'a value' };

let free: TestApi;
let strict: TestApi;
let id: number;

beforeAll(async () => {
  free = await makeTestApi();
  const ceilings = { ...TEST_LIMITS.ceilings, forbiddenHeaders: ['x-user', 'x-forwarded-*'] };
  strict = await makeTestApi({ ceilings, db: free.db, pool: free.pool });
  id = (await strict.send('POST', '/webhooks', RECEIVER).expect(201)).body.id;
});
afterAll(async () => {
  await strict.stop();
  await free.stop();
});

const refusal = (field: string, name: string) => ({
  errors: [
    { code: 422, message: `${field}: webhooks may not set ${name} here (FORBIDDEN_WEBHOOK_HEADERS)`, source: field },
  ],
});

it.each([
  [{ headers: { 'X-Team': 'a', 'X-User': '1' } }, refusal('headers', 'X-User')],
  [{ pass_headers: ['X-Forwarded-For'] }, refusal('pass_headers', 'x-forwarded-for')],
  [{ auth: API_KEY }, refusal('auth', 'X-User')],
])('%j is refused by name, for a new webhook and for a change', async (setting, expected) => {
  for (const path of ['/webhooks', '/webhooks/space/7'])
    expect((await strict.send('POST', path, { ...RECEIVER, ...setting }).expect(422)).body).toEqual(expected);
  for (const method of ['PUT', 'PATCH'])
    expect((await strict.send(method, `/webhooks/${id}`, setting).expect(422)).body).toEqual(expected);
  await free.send('POST', '/webhooks', { ...RECEIVER, ...setting }).expect(201);
});

it('a webhook that is stored with such a header may be sent back and lose it, but not give it another value', async () => {
  const headers = { 'X-User': '1', 'X-Team': 'a' };
  const made = (await free.send('POST', '/webhooks', { ...RECEIVER, headers }).expect(201)).body;
  const path = `/webhooks/${made.id}`;
  const read = (await strict.send('GET', path).expect(200)).body;
  await strict.send('PUT', path, { ...read, headers: { ...headers, 'X-Team': 'b' } }).expect(200);
  const other = await strict.send('PATCH', path, { headers: { 'X-User': '2' } }).expect(422);
  expect(other.body).toEqual(refusal('headers', 'X-User'));
  await strict.send('PATCH', path, { headers: { 'X-Team': 'b' } }).expect(200);
  await strict.send('PATCH', path, { headers }).expect(422);
});
