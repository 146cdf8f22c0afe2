import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';

const refusal = (source: string, message: string) => ({ errors: [{ code: 403, message, source }] });

describe('a browser on the machine of a developer', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await makeTestApi();
  });
  afterAll(() => api.stop());

  it.each(['/ping', '/health/ready', '/openapi.json', '/docs', '/events', '/webhooks/1'])(
    'gets no answer of %s by a name that DNS could give to this machine',
    async (path) => {
      const answer = await api.send('GET', path).set('Host', 'evil.example:8000');
      expect([answer.status, answer.body]).toEqual([
        403,
        refusal('Host', 'the host "evil.example:8000" is not allowed: API_HOSTS lists the allowed hosts'),
      ]);
    },
  );

  it('changes nothing for a page of another site, and reads nothing to it', async () => {
    const before = await api.counts();
    const evil = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'empty' };
    const body = { event: 'from.evil' };
    const posted = await api.send('POST', '/events', body).set(evil).expect(403);
    expect(posted.body.errors[0].source).toBe('Sec-Fetch-Site');
    await api.send('GET', '/events').set(evil).expect(403);
    const named = await api.send('POST', '/events', body).set('Origin', 'https://evil.example').expect(403);
    expect(named.body.errors[0].message).toContain(
      'pages of "https://evil.example" may not send requests to this host',
    );
    await api.send('POST', '/events', body).set('Origin', 'null').expect(403);
    expect(await api.counts()).toEqual(before);
  });

  it('repeats at most a hundred characters of what it was sent', async () => {
    const { body } = await api.send('GET', '/events').set('Host', 'a'.repeat(8000)).expect(403);
    expect(body.errors[0].message.length).toBeLessThan(200);
  });

  it('opens the page of the docs by a link, and sends what a page of the same host sends', async () => {
    const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    await api.send('GET', '/docs', undefined, '').set(link).expect(200);
    const own = { Host: 'localhost:8000', Origin: 'http://localhost:8000', 'Sec-Fetch-Site': 'same-origin' };
    const made = await api.send('POST', '/events', { event: 'from.docs' }).set(own).expect(201);
    await api.send('DELETE', `/events/${made.body.id}`).set(own).expect(200);
  });

  it('is counted, and logged once for each kind of refusal', async () => {
    expect(new Set(api.refused)).toEqual(new Set(['host', 'cross_site', 'origin']));
    const began = api.lines.filter(({ name }) => name === 'api.refusals_began');
    expect(began.map(({ fields }) => fields.reason).sort()).toEqual(['cross_site', 'host', 'origin']);
    expect(began[0]).toMatchObject({ level: 'warn', fields: { reason: 'host', value: 'evil.example:8000' } });
  });
});

it('a host and its pages are answered when they are configured', async () => {
  const api = await makeTestApi({ door: { development: false, hosts: ['hooks.example'] } });
  await api.send('GET', '/events').set('Host', 'hooks.example').set('Origin', 'https://hooks.example').expect(200);
  await api.send('GET', '/events').set('Host', 'other.example').expect(403);
  await api.stop();
});

it('every host is answered in production while none is configured', async () => {
  const api = await makeTestApi({ door: { development: false, hosts: [] } });
  const foreign = { Host: 'other.example', Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  await api.send('GET', '/events').set(foreign).expect(200);
  await api.stop();
});
