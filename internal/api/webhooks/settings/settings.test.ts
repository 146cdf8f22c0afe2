import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../../../testkit/kits/test-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await makeTestApi();
});
afterAll(() => api.stop());

const make = (settings: object) =>
  api.send('POST', '/webhooks', { url: 'https://example.com/hook', event_ids: [], ...settings });

describe('settings of a webhook', () => {
  it('are answered as they were given, and kept by a change of something else', async () => {
    const given = { format: 'standard', method: 'PUT', headers: { 'X-Team': 'payments' }, timeout: '3s' };
    const made = await make(given).expect(201);
    expect(made.body).toMatchObject(given);
    const renamed = await api.send('PUT', `/webhooks/${made.body.id}`, { name: 'renamed' }).expect(200);
    expect(renamed.body).toMatchObject({ ...given, name: 'renamed' });
  });

  it.each([
    { retry: { schedule: ['5s', '5m'], jitter: 0, max_age: '1d', final_statuses: [400, 422] } },
    { retry: { schedule: { start: '1s', factor: 2, cap: '1h', tries: 10 } } },
    { retry: { schedule: { constant: '30s', tries: 5 } } },
    { retry: { schedule: [] } },
    { max_in_flight: 1 },
    { pass_headers: ['x-request-id', 'x-tenant'] },
    { pass_headers: [] },
    { rate: '100/minute' },
    { breaker: 'off' },
    { breaker: { failures: 5, share: 0.5 } },
    { ordering: 'webhook' },
    { ordering: { header: 'Order-Id' } },
    { ordering: { pointer: '/order/id' } },
    { disable_after: '0ms' },
  ])('of every kind come back as they were written: %j', async (given) => {
    const made = await make(given).expect(201);
    expect(made.body).toMatchObject(given);
    const read = await api.send('GET', `/webhooks/${made.body.id}`).expect(200);
    expect(read.body).toMatchObject(given);
  });

  it('are taken back to what is configured by null, one by one', async () => {
    const made = await make({ method: 'PATCH', timeout: '1m' }).expect(201);
    const changed = await api.send('PATCH', `/webhooks/${made.body.id}`, { method: null }).expect(200);
    expect(changed.body).toHaveProperty('timeout', '1m');
    expect(changed.body).not.toHaveProperty('method');
  });

  it('that are not set are absent', async () => {
    const made = await make({}).expect(201);
    for (const setting of ['format', 'method', 'headers', 'timeout']) expect(made.body).not.toHaveProperty(setting);
  });

  it.each([
    [{ format: 'xml' }, 'format'],
    [{ format: 'toString' }, 'format'],
    [{ method: 'GET' }, 'method'],
    [{ timeout: '10ms' }, 'timeout'],
    [{ timeout: '1h' }, 'timeout'],
    [{ timeout: 'soon' }, 'timeout'],
    [{ timeout: 5 }, 'timeout'],
    [{ headers: { Host: 'internal' } }, 'headers'],
    [{ headers: { 'Content-Length': '0' } }, 'headers'],
    [{ headers: { 'Webhook-Id': 'x' } }, 'headers'],
    [{ headers: { 'a b': 'x' } }, 'headers'],
    [{ headers: { 'x-y': 'a\r\nb: c' } }, 'headers'],
    [{ headers: { 'x-y': 'ü' } }, 'headers'],
    [{ headers: { 'X-Y': '1', 'x-y': '2' } }, 'headers'],
    [{ headers: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x-${i}`, '1'])) }, 'headers'],
    [{ headers: [] }, 'headers'],
    [{ pass_headers: 'x' }, 'pass_headers'],
    [{ pass_headers: ['a b'] }, 'pass_headers'],
    [{ pass_headers: ['Content-Length'] }, 'pass_headers'],
    [{ pass_headers: ['traceparent'] }, 'pass_headers'],
    [{ pass_headers: Array.from({ length: 21 }, (_, i) => `x-${i}`) }, 'pass_headers'],
    [{ retry: { schedule: ['never'] } }, 'retry'],
    [{ retry: { schedule: { constant: '1s', tries: 101 } } }, 'retry'],
    [{ retry: { schedule: { start: '1s', factor: 0.5, cap: '1h', tries: 3 } } }, 'retry'],
    [{ retry: { jitter: 2 } }, 'retry'],
    [{ retry: { final_statuses: [200] } }, 'retry'],
    [{ retry: { tries: 5 } }, 'retry'],
    [{ retry: '5s' }, 'retry'],
    [{ max_in_flight: 0 }, 'max_in_flight'],
    [{ rate: '10' }, 'rate'],
    [{ rate: '0/second' }, 'rate'],
    [{ breaker: 'on' }, 'breaker'],
    [{ breaker: { failures: -1 } }, 'breaker'],
    [{ ordering: 'strict' }, 'ordering'],
    [{ ordering: { pointer: 'order' } }, 'ordering'],
    [{ ordering: { header: 'a b' } }, 'ordering'],
    [{ disable_after: 'later' }, 'disable_after'],
  ])('are refused with the name of what is wrong: %j', async (settings, field) => {
    const before = await api.counts();
    const { body } = await make(settings).expect(422);
    expect(JSON.stringify(body)).toContain(field);
    expect(await api.counts()).toEqual(before);
  });

  const ORDERINGS = 'ordering must be "none", "webhook", {"header": "Order-Id"} or {"pointer": "/order/id"}';
  const BREAKERS = 'breaker must be "off" or {"failures": 10, "share": 0.5}, either of them optional';
  it.each([
    [{ ordering: 'strict' }, ORDERINGS],
    [{ ordering: 5 }, ORDERINGS],
    [{ ordering: { header: 'a b' } }, 'ordering.header: is not the name of a header'],
    [{ ordering: {} }, 'ordering.header is a required field'],
    [{ auth: { type: 'digest' } }, 'auth.type must be basic, bearer, api_key or oauth2'],
    [{ auth: {} }, 'auth.type must be basic, bearer, api_key or oauth2'],
    [{ breaker: 'on' }, BREAKERS],
    [{ breaker: { failures: 'x' } }, 'breaker.failures must be a number'],
    [
      { retry: { schedule: '5s' } },
      'retry.schedule must be waits such as ["5s", "5m"], {"start": "1s", "factor": 2, "cap": "1h", "tries": 10} ' +
        'or {"constant": "30s", "tries": 5}',
    ],
  ])('that have several forms are refused with what may be written: %j', async (settings, message) => {
    const { body } = await make(settings).expect(422);
    expect(body.errors[0].message).toBe(message);
  });
});

it.each([
  ['timeout', 5, 'timeout must be a duration such as "500ms", "5s", "5m", "2h" or "1d"'],
  ['timeout', '5', 'timeout: "5" is not a duration such as 500ms, 5s, 5m, 2h or 1d'],
  ['timeout', '5 minutes', 'timeout: "5 minutes" is not a duration such as 500ms, 5s, 5m, 2h or 1d'],
  ['rate', 100, 'rate must be a rate such as "10/second", "100/minute" or "1000/hour"'],
  ['rate', '100', 'rate: is written as 10/second, 100/minute or 1000/hour'],
  ['retry', { max_age: 86_400 }, 'retry.max_age must be a duration such as "500ms", "5s", "5m", "2h" or "1d"'],
  ['retry', { schedule: [5] }, 'retry.schedule.0 must be a duration such as "500ms", "5s", "5m", "2h" or "1d"'],
])('a malformed %s is refused with an example: %j', async (field, value, message) => {
  const { body } = await make({ [field]: value }).expect(422);
  expect(body.errors).toEqual([{ code: 422, message, source: field }]);
});
