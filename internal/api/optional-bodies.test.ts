import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

let api: TestApi;
let path: string;

beforeAll(async () => {
  api = await makeTestApi({
    tryWebhook: async () => ({
      id: '00000000-0000-4000-8000-000000000000',
      method: 'POST',
      sent: undefined,
      outcome: { kind: 'answered', status: 204, body: Buffer.alloc(0) },
      durationMs: 1,
      insecure: false,
    }),
  });
  const { body } = await api.send('POST', '/webhooks', { url: 'http://example.com', event_ids: [] }).expect(201);
  path = `/webhooks/${body.id}`;
});
afterAll(() => api.stop());

describe('where every field is optional', () => {
  it.each(['/test', '/secret/rotate', '/pause', '/resume'])('no body means an empty one: %s', async (verb) => {
    await api.send('POST', path + verb).expect(200);
    await api.send('POST', path + verb, {}).expect(200);
  });

  it.each(['/test', '/secret/rotate', '/pause', '/resume'])('an unknown field is refused: %s', async (verb) => {
    const { body } = await api.send('POST', path + verb, { until: 'noon' }).expect(422);
    expect(body.errors).toEqual([{ code: 422, message: 'there is no field "until"', source: 'until' }]);
    expect((await api.send('GET', path)).body).not.toHaveProperty('paused_at');
  });
});
