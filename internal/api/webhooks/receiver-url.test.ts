import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { destinationOf, makeEgressRules } from '../../domain/egress/egress-rules.js';
import { PUBLIC_ONLY } from '../../testkit/egress-settings.js';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';

const rules = makeEgressRules(PUBLIC_ONLY);

describe('the URL of a webhook', () => {
  let api: TestApi;
  let id: number;
  beforeAll(async () => {
    api = await makeTestApi({ receiverProblem: (url) => rules.problemOf(destinationOf(url)) });
    id = (await api.send('POST', '/webhooks', { url: 'https://example.com/hook', event_ids: [] }).expect(201)).body.id;
  });
  afterAll(() => api.stop());

  it.each([
    ['http://127.0.0.1/hook', '127.0.0.1'],
    ['http://2130706433/', '127.0.0.1'],
    ['https://localhost:9000/', 'localhost'],
    ['http://[::ffff:10.0.0.1]/', '::ffff:a00:1'],
    ['http://169.254.169.254/latest/meta-data', '169.254.169.254'],
  ])('is refused at once when it shows that it leads to us: %s', async (url, host) => {
    const before = await api.counts();
    const message = `${host} is not a public address; EGRESS_ALLOW_CIDRS can allow it`;
    const refusal = { errors: [{ code: 422, message, source: 'url' }] };
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['POST', '/webhooks/space/7'],
      ['PUT', `/webhooks/${id}`],
      ['PATCH', `/webhooks/${id}`],
    ] as const) {
      const body = method === 'POST' ? { url, event_ids: [] } : { url };
      const answer = await api.send(method, path, body);
      expect([answer.status, answer.body]).toEqual([422, refusal]);
    }
    expect(await api.counts()).toEqual(before);
    expect((await api.send('GET', `/webhooks/${id}`)).body.url).toBe('https://example.com/hook');
  });

  it('is taken when only a lookup could tell', async () => {
    await api.send('PATCH', `/webhooks/${id}`, { url: 'http://internal.example.com/' }).expect(200);
    await api.send('PATCH', `/webhooks/${id}`, { name: 'no URL at all' }).expect(200);
    await api.send('PUT', `/webhooks/${id}`, { url: '' }).expect(200);
  });
});
