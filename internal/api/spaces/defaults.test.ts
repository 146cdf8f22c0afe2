import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTestApi, TEST_LIMITS, type TestApi } from '../../testkit/kits/test-api.js';

let api: TestApi;

beforeAll(async () => {
  const ceilings = { ...TEST_LIMITS.ceilings, maxTimeoutMs: 60_000, minRetryWaitMs: 1000, breakerMayBeOff: false };
  api = await makeTestApi({ ceilings });
});
beforeEach(async () => {
  await api.db.raw('truncate spaces, webhooks cascade');
});
afterAll(() => api.stop());

const DEFAULTS = {
  format: 'cloudevents',
  method: 'PUT',
  headers: { 'X-Team': 'payments' },
  pass_headers: ['x-request-id'],
  timeout: '10s',
  retry: { schedule: ['5s', '5m'], max_age: '1d' },
  max_in_flight: 4,
  rate: '100/minute',
  breaker: { failures: 5 },
  disable_after: '2d',
};
const space = async (defaults: unknown) => (await api.send('POST', '/spaces', { id: 7, defaults }).expect(201)).body;
const change = async (method: 'PATCH' | 'PUT', defaults: unknown) =>
  (await api.send(method, '/spaces/7', { defaults }).expect(200)).body.defaults;
const webhook = async (settings: object = {}): Promise<number> => {
  const body = { url: 'https://example.com/hook', event_ids: [], ...settings };
  return (await api.send('POST', '/webhooks/space/7', body).expect(201)).body.id;
};
const effective = async (id: number) =>
  (await api.send('GET', `/webhooks/${id}?settings=effective`).expect(200)).body.effective;

describe('the defaults of a space', () => {
  it('are answered as they were given, and sent back unchanged', async () => {
    const made = await space(DEFAULTS);
    expect(made.defaults).toEqual(DEFAULTS);
    const { body: read } = await api.send('GET', '/spaces/7').expect(200);
    expect(read.defaults).toEqual(DEFAULTS);
    for (const method of ['PUT', 'PATCH'] as const) expect(await change(method, read.defaults)).toEqual(DEFAULTS);
  });

  it('are changed one by one by PATCH, replaced by PUT, and removed by null', async () => {
    await space({ timeout: '10s', method: 'PUT' });
    expect(await change('PATCH', { timeout: '20s' })).toEqual({ timeout: '20s', method: 'PUT' });
    expect(await change('PATCH', { method: null })).toEqual({ timeout: '20s' });
    expect(await change('PUT', { rate: '1/second' })).toEqual({ rate: '1/second' });
    expect(await change('PUT', null)).toEqual({ rate: '1/second' });
    expect(await change('PATCH', {})).toEqual({ rate: '1/second' });
    expect(await change('PATCH', null)).toEqual({});
  });

  it.each<[string, unknown]>([
    ['no object', 1],
    ['no object', []],
    ['no object', 'timeout=10s'],
    ['an unknown setting', { others: 1 }],
    ['a setting of a single webhook', { signature: { scheme: 'github' } }],
    ['a setting of a single webhook', { auth: { type: 'bearer', token: 'x' } }],
    ['a setting of a single webhook', { tls: { insecure: true } }],
    ['a setting of a single webhook', { proxy: 'none' }],
    ['a setting of a single webhook', { filter: {} }],
    ['a setting of a single webhook', { ordering: 'webhook' }],
    ['a setting of a single webhook', { listen: '1d' }],
    ['another form', { timeout: 10 }],
    ['another form', { rate: '0/second' }],
    ['another form', { format: 'xml' }],
    ['another form', { retry: { schedule: 5 } }],
    ['a breaker that is off', { breaker: 'off' }],
    ['a breaker that never opens', { breaker: { failures: 0, share: 0 } }],
    ['a value beyond the limits of the operator', { timeout: '2m' }],
    ['a value beyond the limits of the operator', { retry: { schedule: ['5ms'] } }],
    ['a secret in a header', { headers: { 'X-Api-Key': 'x' } }],
    ['credentials in a header', { headers: { Authorization: 'x' } }],
    ['a header of the signature', { headers: { 'webhook-id': 'x' } }],
    ['a header of the connection', { headers: { Host: 'x' } }],
    ['a line break in a header', { headers: { 'X-Team': 'a\r\nb' } }],
    [
      'more headers than a webhook may have',
      { headers: Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`x-${n}`, '1'])) },
    ],
  ])('are refused with %s: %j', async (_which, defaults) => {
    const { body } = await api.send('POST', '/spaces', { id: 7, defaults }).expect(422);
    expect(JSON.stringify(body.errors)).toMatch(/defaults|headers/);
    await api.send('GET', '/spaces/7').expect(404);
  });

  it('beyond a limit that the operator has set since may be sent back', async () => {
    await space({});
    await api.db('spaces').update({ defaults: JSON.stringify({ version: 2, timeout_ms: 120_000 }) });
    expect(await change('PATCH', { timeout: '2m', method: 'PUT' })).toEqual({ timeout: '2m', method: 'PUT' });
    await api.send('PATCH', '/spaces/7', { defaults: { timeout: '3m' } }).expect(422);
  });

  it('are no settings of a webhook, which stays as it is', async () => {
    await space(DEFAULTS);
    const id = await webhook({ timeout: '7s' });
    const { body } = await api.send('GET', `/webhooks/${id}`).expect(200);
    expect(body).toMatchObject({ timeout: '7s' });
    for (const name of ['retry', 'rate', 'headers', 'effective']) expect(body).not.toHaveProperty(name);
    const { body: exported } = await api.send('GET', '/export?space=7').expect(200);
    expect(JSON.stringify(exported)).not.toContain('payments');
  });
});

describe('the effective settings of a webhook', () => {
  it('come from the webhook, its space or the configuration', async () => {
    await space(DEFAULTS);
    const id = await webhook({ timeout: '7s', retry: { schedule: ['1m'] }, breaker: { share: 0.5 } });
    expect(await effective(id)).toEqual({
      format: { value: 'cloudevents', source: 'space' },
      method: { value: 'PUT', source: 'space' },
      headers: { value: { 'X-Team': 'payments' }, source: 'space' },
      pass_headers: { value: ['x-request-id'], source: 'space' },
      timeout: { value: '7s', source: 'webhook' },
      retry: {
        schedule: { value: ['1m'], source: 'webhook' },
        jitter: { value: 0.2, source: 'configuration' },
        max_age: { value: '1d', source: 'space' },
        final_statuses: { value: [], source: 'configuration' },
      },
      max_in_flight: { value: 4, source: 'space' },
      rate: { value: '100/minute', source: 'space' },
      breaker: { failures: { value: 5, source: 'space' }, share: { value: 0.5, source: 'webhook' } },
      disable_after: { value: '2d', source: 'space' },
    });
  });

  it('are those of the configuration in a space that is not known, and after the limits of the operator', async () => {
    const id = await webhook();
    expect(await effective(id)).toMatchObject({
      format: { value: 'hukz', source: 'configuration' },
      rate: { value: null, source: 'configuration' },
      timeout: { value: '15s', source: 'configuration' },
    });
    await api.db('webhooks').update({ own_settings: '{"version": 2, "timeout_ms": 120000, "breaker": "off"}' });
    expect(await effective(id)).toMatchObject({
      timeout: { value: '1m', source: 'webhook' },
      breaker: { failures: { value: 30, source: 'configuration' } },
    });
  });

  it('may be sent back, and are ignored', async () => {
    await space(DEFAULTS);
    const id = await webhook();
    const { body } = await api.send('GET', `/webhooks/${id}?settings=effective`).expect(200);
    const put = await api.send('PUT', `/webhooks/${id}`, body).expect(200);
    expect(put.headers['hukz-ignored']).toContain('effective');
    expect(put.body).not.toHaveProperty('timeout');
    await api.send('GET', `/webhooks/${id}?settings=all`).expect(422);
  });
});
