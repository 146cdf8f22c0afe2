import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../../testkit/test-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await makeTestApi();
});
afterAll(() => api.stop());

const make = (settings: object) =>
  api.send('POST', '/webhooks', { url: 'https://example.com/hook', event_ids: [], ...settings });

describe('settings of a webhook', () => {
  it('are answered as they were given, and kept by a change of something else', async () => {
    const given = { method: 'PUT', headers: { 'X-Team': 'payments' }, timeout: '3s' };
    const made = await make(given).expect(201);
    expect(made.body).toMatchObject(given);
    const renamed = await api.send('PUT', `/webhooks/${made.body.id}`, { name: 'renamed' }).expect(200);
    expect(renamed.body).toMatchObject({ ...given, name: 'renamed' });
  });

  it('are taken back to what is configured by null, one by one', async () => {
    const made = await make({ method: 'PATCH', timeout: '1m' }).expect(201);
    const changed = await api.send('PATCH', `/webhooks/${made.body.id}`, { method: null }).expect(200);
    expect(changed.body).toHaveProperty('timeout', '1m');
    expect(changed.body).not.toHaveProperty('method');
  });

  it('that nobody set are absent', async () => {
    const made = await make({}).expect(201);
    for (const setting of ['method', 'headers', 'timeout']) expect(made.body).not.toHaveProperty(setting);
  });

  it.each([
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
  ])('are refused with the name of what is wrong: %j', async (settings, field) => {
    const before = await api.counts();
    const { body } = await make(settings).expect(422);
    expect(JSON.stringify(body)).toContain(field);
    expect(await api.counts()).toEqual(before);
  });
});
