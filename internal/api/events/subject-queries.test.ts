import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await makeTestApi();
  for (const event of ['order.created', 'order.paid', 'order.*', 'Stock.Low', 'stock.gone']) {
    const { body } = await api.send('POST', '/events', { event, tags: { area: event.slice(0, 5) } }).expect(201);
    if (event === 'stock.gone') await api.send('DELETE', `/events/${body.id}`).expect(200);
  }
});
afterAll(() => api.stop());

const list = (query: string) => api.send('GET', `/events?${query}`);
const longest = `${'a'.repeat(127)}.${'b'.repeat(127)}`;

describe('GET /events?event=', () => {
  it.each<[string, readonly string[]]>([
    ['event=order.created', ['order.created']],
    ['event=ORDER.created', ['order.created']],
    ['event=stock.low', ['Stock.Low']],
    ['event=order.%2A', ['order.*']],
    ['event=order.paid&event=stock.low&event=none.such', ['order.paid', 'Stock.Low']],
    ['event=order.paid&event=order.paid', ['order.paid']],
    ['event=order.paid&event=stock.low&tag=area:Stock', ['Stock.Low']],
    ['event=stock.gone', []],
    ['event=order', []],
    ['event=order.c_eated', []],
    ['event=key:order', []],
  ])('%s finds %j', async (query, subjects) => {
    const { body } = await list(query).expect(200);
    expect(body.nodes.map(({ event }: { readonly event: string }) => event)).toEqual(subjects);
    expect(body.total).toBe(subjects.length);
  });

  it('takes the longest subjects that it can be given', async () => {
    const { body } = await list(Array(20).fill(`event=${longest}`).join('&')).expect(200);
    expect(body).toMatchObject({ total: 0, nodes: [] });
  });

  it('has pages', async () => {
    const query = 'event=order.created&event=order.paid&limit=1';
    const { body } = await list(query).expect(200);
    expect(body).toMatchObject({ total: 2, nodes: [{ event: 'order.created' }] });
    const next = await list(`${query}&cursor=${body.next_cursor}`).expect(200);
    expect(next.body.nodes).toMatchObject([{ event: 'order.paid' }]);
    expect(next.body.next_cursor).toBeUndefined();
  });

  it.each([
    ['an empty subject', 'event=', /required/],
    ['256 characters', `event=${'a'.repeat(256)}`, /at most 255/],
    ['a NUL', 'event=a%00', /U\+0000|NUL|character/],
    ['21 subjects', Array(21).fill('event=a').join('&'), /at most 20/],
  ])('%s is refused', async (_, query, sentence) => {
    const { body } = await list(query).expect(422);
    expect(body.errors).toEqual([
      { code: 422, message: expect.stringMatching(sentence), source: expect.stringMatching(/^event/) },
    ]);
  });
});
