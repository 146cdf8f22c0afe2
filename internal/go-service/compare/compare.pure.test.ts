import { describe, expect, it } from '@jest/globals';
import { compareServices } from './compare.js';
import type { Answered } from './requests.js';

const event = { id: 1, name: 'E', event: 'a.b', tags: null, created_at: '2022-10-01T09:30:00.123456789+05:30' };
const here = { ...event, tags: {}, created_at: '2022-10-01T04:00:00.123Z', revision: 1 };

const service =
  (answers: Readonly<Record<string, unknown>>) =>
  async (path: string): Promise<Answered> => {
    const body = Object.entries(answers).find(([begin]) => path.startsWith(begin))?.[1];
    return body === undefined ? { status: 404, body: { errors: [] } } : { status: 200, body };
  };

describe('two services', () => {
  it('that answer alike have only known differences', async () => {
    const old = service({ '/events/1': event, '/events?': { total: 0, nodes: [event] }, '/webhooks': { nodes: [] } });
    const ours = service({ '/events/1': here, '/events?': { total: 1, nodes: [here] }, '/webhooks': { nodes: [] } });
    const { requests, unknown, known } = await compareServices(old, ours);
    expect(unknown).toEqual([]);
    expect(requests).toBeGreaterThan(8);
    expect(Object.fromEntries(known)).toEqual({
      'tags are an object, never null': 2,
      'times have milliseconds and the zone Z': 2,
      'answers of hukz have more fields': 2,
      'total counts all pages': 1,
    });
  });

  it('that differ are told apart, each difference with its request and place', async () => {
    const old = service({ '/events/1': event, '/events?': { nodes: [event] } });
    const changed = { ...here, name: 'Other' };
    const { unknown } = await compareServices(old, service({ '/events?': { nodes: [changed] } }));
    expect(unknown).toEqual([
      { path: '/events?limit=40&page=1', place: 'nodes[].name', old: 'E', ours: 'Other', of: 1 },
      { path: '/events/1', place: 'status', old: 200, ours: 404 },
      ...['id', 'name', 'event', 'tags', 'created_at'].map((place) =>
        expect.objectContaining({ path: '/events/1', place }),
      ),
    ]);
  });
});
