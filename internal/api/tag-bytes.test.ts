import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

/** 32 tags whose keys and values have the maximum length. */
const tagsOf = (character: string) =>
  Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`${n}`.padEnd(64, 'k'), character.repeat(256)]));
const PATHS = [
  ['/events', { event: 'tag.bytes' }],
  ['/webhooks', { url: 'http://example.com/', event_ids: [] }],
  ['/webhooks/space/1', { url: 'http://example.com/', event_ids: [] }],
] as const;

let api: TestApi;
beforeAll(async () => {
  api = await makeTestApi();
});
afterAll(() => api.stop());

it.each(PATHS)('%s takes the most and longest tags in ASCII, and refuses more bytes with words', async (path, body) => {
  const refused = await api.send('POST', path, { ...body, tags: tagsOf('\u0001') }).expect(422);
  const message = expect.stringMatching(/^tags have at most 12288 bytes of JSON in total, and these have \d+$/);
  expect(refused.body.errors).toEqual([{ code: 422, message, source: 'tags' }]);
  const { id } = (await api.send('POST', path, { ...body, tags: tagsOf('a') }).expect(201)).body;
  const one = `/${path.split('/')[1]}/${id}`;
  await api.send('PUT', one, { tags: tagsOf('é') }).expect(422);
  await api.send('PATCH', one, { tags: tagsOf('é') }).expect(422);
  expect((await api.send('GET', one).expect(200)).body.tags).toEqual(tagsOf('a'));
});

it.each(['events', 'webhooks'])(
  '%s with more tags of earlier versions are shown, sent back and made smaller',
  async (table) => {
    const { id } = await api.db(table).first('id');
    const stored = tagsOf('\u0001');
    await api
      .db(table)
      .where({ id })
      .update({ tags: JSON.stringify(stored) });
    const one = `/${table}/${id}`;
    const { body } = await api.send('GET', one).expect(200);
    expect(body.tags).toEqual(stored);
    await api.send('PUT', one, body).expect(200);
    await api.send('PATCH', one, { name: 'Another' }).expect(200);
    const [key = ''] = Object.keys(stored);
    await api.send('PATCH', one, { tags: { [key]: null } }).expect(200);
    await api.send('PATCH', one, { tags: { [key]: stored[key] } }).expect(422);
  },
);
