import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

let api: TestApi;
beforeAll(async () => {
  // As behind a gateway, where no host is checked and a gateway may add X-User for a cookie.
  api = await makeTestApi({ door: { development: false, hosts: [] } });
});
afterAll(() => api.stop());

const SCRIPT_TYPES = ['text/plain', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded'];
const post = (headers: Readonly<Record<string, string>>, body = '{"event":"by.type"}') =>
  api.send('POST', '/events').set(headers).send(body);

it.each([...SCRIPT_TYPES, 'application/json', ''])('JSON is read from a script that calls it "%s"', async (type) => {
  const { body } = await post(type === '' ? {} : { 'Content-Type': type }).expect(201);
  expect(body.event).toBe('by.type');
  await api.send('DELETE', `/events/${body.id}`).expect(200);
});

it.each(SCRIPT_TYPES)('what is no JSON is refused for its type: %s', async (type) => {
  for (const body of ['event=by.type', '{"event":"by.type"', 'hello']) {
    const answer = await post({ 'Content-Type': type }, body).expect(415);
    expect(answer.body.errors[0].message).toBe('a request body must be application/json in UTF-8');
  }
  await post({ 'Content-Type': type }, '[]').expect(422);
});

describe('a page of another site', () => {
  const signs = [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }];
  const own = [{ Origin: 'http://127.0.0.1', 'Sec-Fetch-Site': 'same-origin' }];

  it.each([...signs, ...own])('sends nothing as a simple request of a form: %j', async (sign) => {
    const before = await api.counts();
    for (const type of [...SCRIPT_TYPES, 'multipart/form-data; boundary=x'])
      await post({ 'Content-Type': type, ...sign }).expect(415);
    expect(await api.counts()).toEqual(before);
  });

  it('sends nothing as bytes without a type', async () => {
    const typeless = { 'Content-Type': '' };
    for (const sign of signs) await post({ ...typeless, ...sign }).expect(415);
  });

  it('may leave out a body that is optional', async () => {
    const { body } = await api.send('POST', '/webhooks', { url: 'http://a.example', event_ids: [] }).expect(201);
    await api
      .send('POST', `/webhooks/${body.id}/pause`)
      .set(own[0] ?? {})
      .expect(200);
  });
});

it.each([
  ['{\n  "event": "a.b",\n}', 'line 3, column 1: a name in double quotes is expected here'],
  ['', 'the body is empty; send a JSON object, such as {}'],
  ['[]', 'the body must be a JSON object'],
  ['{"event":"a.b","tags":{"__proto__":"x"}}', 'a member of the body may not have the name __proto__'],
  ['['.repeat(2000), 'the lists and objects of a request body are nested at most 1024 deep'],
])('says why %.30j is no body', async (text, problem) => {
  const { body } = await post({ 'Content-Type': 'application/json' }, text).expect(422);
  expect(body.errors).toEqual([
    { code: 422, message: 'Invalid request body' },
    { code: 422, message: problem },
  ]);
});
