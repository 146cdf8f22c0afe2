import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { hoursAgo } from '../testkit/stored-delivery.js';

const NO_MOMENT =
  'since must be a time such as 2026-01-31T12:00:00Z, a day such as 2026-01-31 (UTC), or how long ago, such as 90s, 2h or 7d';
const NOBODY = '00000000-0000-4000-8000-000000000000';

let api: TestApi;
let webhookId: number;

beforeAll(async () => {
  api = await makeTestApi();
  const { body: event } = await api.send('POST', '/events', { event: 'tag.created' });
  webhookId = (await api.send('POST', '/webhooks', { url: 'http://example.com', event_ids: [event.id] })).body.id;
});
afterAll(() => api.stop());

describe('of deliveries, replays and the account, what cannot be', () => {
  it.each(['abc', '1', '%00', `${NOBODY}0`, NOBODY.replaceAll('-', '')])('an invalid id is a 400: %s', async (id) => {
    for (const [method, path] of [
      ['GET', `/deliveries/${id}`],
      ['POST', `/deliveries/${id}/retry`],
      ['GET', `/replays/${id}`],
      ['DELETE', `/replays/${id}`],
    ] as const) {
      expect((await api.send(method, path).expect(400)).body).toEqual({
        errors: [{ code: 400, message: 'Invalid ID' }],
      });
    }
    await api.send('POST', '/webhooks/abc/replay', {}).expect(400);
  });

  it('an id that nothing has is a 404', async () => {
    for (const [method, path] of [
      ['GET', `/deliveries/${NOBODY}`],
      ['POST', `/deliveries/${NOBODY}/retry`],
      ['GET', `/replays/${NOBODY}`],
      ['DELETE', `/replays/${NOBODY}`],
      ['GET', '/webhooks/2147483647/replays'],
    ] as const) {
      await api.send(method, path).expect(404);
    }
    await api.send('POST', '/webhooks/2147483647/replay', { since: hoursAgo(1) }).expect(404);
  });

  it('requests without X-User are refused', async () => {
    for (const path of [
      '/dead-letters',
      `/deliveries/${NOBODY}`,
      `/replays/${NOBODY}`,
      '/accounting',
      `/webhooks/${webhookId}/replays`,
    ]) {
      await api.send('GET', path, undefined, '').expect(401);
      await api.send('GET', path, undefined, '0').expect(401);
    }
  });

  it.each([
    ['no since', {}, 'since'],
    ['a since that is none', { since: 'yesterday' }, 'since'],
    ['a number', { since: 5 }, 'since'],
    ['an until before since', { since: hoursAgo(1), until: hoursAgo(2) }, 'since'],
    ['an until that is none', { since: hoursAgo(1), until: null }, 'until'],
    ['another outcome', { since: hoursAgo(1), outcome: 'local_fault' }, 'outcome'],
    ['an empty event', { since: hoursAgo(1), event: '' }, 'event'],
    ['an event with NUL', { since: hoursAgo(1), event: 'a\0' }, 'event'],
    ['a lone surrogate', { since: hoursAgo(1), event: '\ud800' }, 'event'],
    ['a dry run in words', { since: hoursAgo(1), dry_run: 'true' }, 'dry_run'],
    ['an unknown field', { since: hoursAgo(1), speed: 1 }, 'speed'],
  ])('a replay with %s is a 422 and stores nothing', async (_name, body, source) => {
    const { body: answer } = await api.send('POST', `/webhooks/${webhookId}/replay`, body).expect(422);
    expect(answer.errors[0].source).toBe(source);
    expect(await api.counts()).toMatchObject({ replays: 0, deliveries: 0 });
  });

  it.each([
    ['that is now', '0s', 'since must be before until, and not in the future'],
    ['in the future', '2999-01-01', 'since must be before until, and not in the future'],
    ['before anything is kept', '2001-01-01', 'messages are kept since'],
    ['before anything is kept', '3000d', 'messages are kept since'],
  ])('a replay since a time %s is a 409 and stores nothing', async (_name, since, words) => {
    const { body } = await api.send('POST', `/webhooks/${webhookId}/replay`, { since }).expect(409);
    expect(body.errors[0]).toMatchObject({ source: 'since', message: expect.stringContaining(words) });
    expect(await api.counts()).toMatchObject({ replays: 0, deliveries: 0 });
  });

  it.each(['since=2999-01-01', 'since=2001-01-01', 'until=2001-01-01'])('an account of %s is a 409', async (query) => {
    const { body } = await api.send('GET', `/accounting?${query}`).expect(409);
    expect(body.errors[0].source).toBe('since');
  });

  it.each([
    [{}, 'since is a required field'],
    [{ since: 5 }, NO_MOMENT],
    [{ since: '' }, NO_MOMENT],
    [{ since: 'yesterday' }, NO_MOMENT],
    [{ since: '2026-02-30' }, NO_MOMENT],
    [{ since: '-2h' }, NO_MOMENT],
    [{ since: '2 hours' }, NO_MOMENT],
    [{ since: '3651d' }, 'since: "3651d" is longer than ten years'],
    [{ since: '1.2.3h' }, 'since: "1.2.3h" is not a duration such as 500ms, 5s, 5m, 2h or 1d'],
    [{ since: '1'.repeat(65) }, 'since has at most 64 characters'],
    [{ since: '1h', until: '2h' }, 'since must be before until, and not in the future'],
  ])('a replay says what its since lacks: %j', async (body, message) => {
    const { body: answer } = await api.send('POST', `/webhooks/${webhookId}/replay`, body).expect(422);
    expect(answer.errors.map((error: { message: string }) => error.message)).toEqual([message]);
  });

  it.each([
    '/dead-letters?since=x',
    '/dead-letters?until=2026-13-01',
    '/dead-letters?tag=x',
    '/dead-letters?webhook_id=abc',
    '/dead-letters?space_id=-1',
    '/dead-letters?event=%00',
    '/accounting?webhook_id=0',
    '/accounting?since=x',
    "/dead-letters?tag=a:b'%20or%201=1--&since='",
    '/accounting?since=2026-01-01&until=2025-01-01',
    '/accounting?since=1h&until=90m',
  ])('a query that cannot be is a 422: %s', async (path) => {
    await api.send('GET', path).expect(422);
  });
});
