import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
let api: TestApi;
beforeAll(async () => {
  api = await makeTestApi();
});
afterAll(() => api.stop());

it.each<[body: object | null, status: number, source: string | undefined]>([
  [{}, 422, 'ids'],
  [{ dry_run: true }, 422, 'ids'],
  [{ ids: [] }, 422, 'ids'],
  [{ ids: ['17'] }, 422, 'ids'],
  [{ ids: [17] }, 422, 'ids'],
  [{ ids: Array.from({ length: 1001 }, () => ID) }, 422, 'ids'],
  [{ ids: [ID], filter: { all: true } }, 422, 'filter'],
  [{ filter: {} }, 422, 'filter'],
  [{ filter: null }, 422, 'filter'],
  [{ filter: { all: false } }, 422, 'filter'],
  [{ filter: { all: true, event: 'a.b' } }, 422, 'filter'],
  [{ filter: { all: true, until: '1h' } }, 422, 'filter'],
  [{ filter: { event: '' } }, 422, 'filter'],
  [{ filter: { event: 'key:nothing' } }, 404, 'event'],
  [{ filter: { space: 'key:nothing' } }, 404, 'space'],
  [{ filter: { space: '7' } }, 422, 'filter'],
  [{ filter: { since: '1h', until: '2h' } }, 422, 'since'],
  [{ filter: { since: '2999-01-01' } }, 409, 'since'],
  [{ filter: { since: 'yesterday' } }, 422, 'filter'],
  [{ filter: { content: {} } }, 422, 'filter'],
  [{ filter: { content: { data: { a: { $gtee: 1 } } } } }, 422, 'filter'],
  [{ filter: { payload: 'alice' } }, 422, 'filter'],
  [{ ids: [ID], dry_run: 'true' }, 422, 'dry_run'],
])('an erasure of %j is refused', async (body, status, source) => {
  const answer = await api.send('POST', '/messages/erase', body);
  expect([answer.status, answer.body.errors[0].source]).toEqual([
    status,
    expect.stringMatching(new RegExp(`^/?${source}\\b`)),
  ]);
  expect((await api.send('GET', '/messages/erasures')).body.total).toBe(0);
});

it.each([
  [{ ids: [ID, ID.toUpperCase()], dry_run: true }],
  [{ filter: { all: true }, dry_run: true }],
  [{ filter: { space: 7 }, dry_run: true }],
  [{ filter: { until: '1h', content: { headers: { 'x-name': 'alice' } } }, dry_run: true }],
])('an erasure of %j counts what there is', async (body) => {
  expect((await api.send('POST', '/messages/erase', body).expect(200)).body).toEqual({
    dry_run: true,
    total: 0,
    undecided: 0,
  });
});

it('an unknown erasure is not found, and one that was cancelled stays cancelled', async () => {
  await api.send('GET', `/messages/erasures/${ID}`).expect(404);
  await api.send('DELETE', `/messages/erasures/${ID}`).expect(404);
  await api.send('GET', '/messages/erasures/17').expect(400);
  const content = { data: { name: 'alice' } };
  const { id } = (await api.send('POST', '/messages/erase', { filter: { content } }).expect(202)).body;
  for (let times = 0; times < 2; times++) {
    const { body } = await api.send('DELETE', `/messages/erasures/${id}`).expect(200);
    expect(body).toMatchObject({ state: 'cancelled', has_content: true, finished_at: expect.any(String) });
  }
  expect(await api.db('erasures').where({ id }).first('content')).toEqual({ content: '' });
});

it('a caller of some spaces erases nothing, whatever its scopes are', async () => {
  api.rest.spaces = [7];
  for (const [method, path, body] of [
    ['POST', '/messages/erase', { ids: [ID] }],
    ['GET', '/messages/erasures', undefined],
    ['GET', `/messages/erasures/${ID}`, undefined],
    ['DELETE', `/messages/erasures/${ID}`, undefined],
  ] as const)
    expect((await api.send(method, path, body)).status).toBe(403);
  api.rest.spaces = 'all';
});
