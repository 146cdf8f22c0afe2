import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { getRaw } from '../testkit/servers/raw-answer.js';
import { collectGarbage } from '../testkit/turns/longest-turn.js';
import { webhookList } from './webhooks/webhook-answer.js';

const MIB = 1024 * 1024;
const WEBHOOKS = 3;
const EVENTS = 500;
const MAX_TURN_MS = 20;
const TRIES = 8;
/** Each page is 26 MB of JSON, which takes a busy machine seconds, and is requested up to eight times. */
jest.setTimeout(180_000);

let api: TestApi;
let server: Server;

/** 32 tags with the longest keys and the values whose JSON is the longest: 51 KB. */
const TAGS = JSON.stringify(
  Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`${n}`.padEnd(64, 'k'), '\u0001'.repeat(256)])),
);

beforeAll(async () => {
  api = await makeTestApi();
  server = api.app.listen(0, '127.0.0.1');
  await api.db.raw(
    `insert into events (name, event, tags, created_by_id, updated_by_id)
     select 'Event ' || n, 'large.e' || n, ?::jsonb, 1, 1 from generate_series(1, ?::int) as n`,
    [TAGS, EVENTS],
  );
  await api.db.raw(
    `insert into webhooks (name, url, enabled, tags, space_id, settings, created_by_id, updated_by_id)
     select 'Webhook ' || n, 'http://example.com/' || n, true, '{}', 7, '{}', 1, 1 from generate_series(1, ?::int) as n`,
    [WEBHOOKS],
  );
  await api.db.raw(`insert into webhook_events select w.id, e.id from webhooks w, events e`);
  // Compilation and caching by the first requests must not be part of the measurement.
  for (const path of ['/webhooks?limit=1', '/events?limit=1']) await getRaw(server, path);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await api.stop();
});

interface Listed {
  readonly total: number;
  readonly next_cursor?: string;
  readonly nodes: readonly {
    readonly id: number;
    readonly events?: readonly object[];
    readonly event_ids?: readonly number[];
  }[];
  readonly events?: readonly object[];
}

/**
 * Garbage collection, also of the test's own objects, falls into one turn now and then. The minimum of a few tries
 * counts.
 */
async function list(path: string) {
  let answer = await getRaw(server, path);
  for (let tries = 1; tries < TRIES && answer.maxTurnMs >= MAX_TURN_MS; tries++) {
    collectGarbage();
    answer = await getRaw(server, path);
  }
  expect(answer.status).toBe(200);
  return { ...answer, json: JSON.parse(answer.body.toString()) as Listed };
}

describe('three webhooks, each with the same 500 events whose tags are 51 KB', () => {
  it('are listed in pages that end with the webhook that reaches 16 MiB and go on at next_cursor', async () => {
    const path = '/webhooks?limit=100';
    const ids: number[] = [];
    let cursor: string | undefined;
    do {
      const { json, body, maxTurnMs } = await list(cursor ? `${path}&cursor=${cursor}` : path);
      expect(body.length).toBeLessThan(32 * MIB);
      expect(maxTurnMs).toBeLessThan(MAX_TURN_MS);
      expect(json.total).toBe(WEBHOOKS);
      for (const { id, events } of json.nodes) {
        ids.push(id);
        expect(events).toHaveLength(EVENTS);
      }
      cursor = json.next_cursor;
    } while (cursor);
    expect(ids).toEqual(await api.db('webhooks').orderBy('id').pluck('id'));
  });

  it('are listed in the same pages for one space', async () => {
    const { json, maxTurnMs } = await list('/webhooks/space/7?limit=100');
    expect([json.nodes.length, maxTurnMs < MAX_TURN_MS]).toEqual([1, true]);
    const next = await list(`/webhooks/space/7?limit=1&cursor=${json.next_cursor}`);
    expect(next.json.nodes.map(({ id }) => id)).toEqual([(json.nodes[0]?.id ?? 0) + 1]);
  });

  it.each(['/webhooks?limit=100', '/webhooks/space/7?limit=100'])(
    'are listed in one small page of %s where each event is to stand once',
    async (path) => {
      const { json, body, maxTurnMs } = await list(`${path}&events=brief`);
      expect(maxTurnMs).toBeLessThan(MAX_TURN_MS);
      expect(body.length).toBeLessThan(64 * 1024);
      const events = await api.db('events').orderBy('id').select('id', 'event', 'name');
      expect([json.total, json.next_cursor, json.events]).toEqual([WEBHOOKS, undefined, events]);
      expect(json.nodes.map(({ event_ids: ids }) => ids)).toEqual(Array(WEBHOOKS).fill(events.map(({ id }) => id)));
      expect(json.nodes.every((node) => !('events' in node))).toBe(true);
      expect(webhookList.safeParse(json).error).toBeUndefined();
    },
  );

  it('are refused in any other form', async () => {
    const { body } = await api.send('GET', '/webhooks?events=none').expect(422);
    expect(body.errors).toEqual([{ code: 422, message: 'events must be one of whole, brief', source: 'events' }]);
  });

  it('are shown with the whole of their events, without keeping other work waiting', async () => {
    const { id } = await api.db('webhooks').first('id');
    const { json, maxTurnMs } = await list(`/webhooks/${id}`);
    expect(maxTurnMs).toBeLessThan(MAX_TURN_MS);
    const { body } = await getRaw(server, `/events?limit=100`);
    const events = JSON.parse(body.toString()).nodes;
    expect((json as unknown as { events: object[] }).events.slice(0, 100)).toEqual(events);
    expect(events[0].tags).toEqual(JSON.parse(TAGS));
  });

  it('are answered whole to a change', async () => {
    const { id } = await api.db('webhooks').orderBy('id', 'desc').first('id');
    const changed = await api.send('PUT', `/webhooks/${id}`, { name: 'Renamed' }).expect(200);
    expect(changed.body.events).toHaveLength(EVENTS);
    const fewer = await api.send('PATCH', `/webhooks/${id}`, { event_ids: [] }).expect(200);
    expect(fewer.body.events).toEqual([]);
  });

  it('have events that are listed without keeping other work waiting', async () => {
    const { json, maxTurnMs } = await list('/events?limit=100');
    expect(maxTurnMs).toBeLessThan(MAX_TURN_MS);
    expect([json.nodes.length, json.total]).toEqual([100, EVENTS]);
  });
});

it('an answer that is small has its length in its head', async () => {
  const { headers, body } = await getRaw(server, '/events/1');
  expect(headers['content-length']).toBe(String(body.length));
  const listed = await getRaw(server, '/webhooks?tag=none:such');
  expect([listed.headers['content-length'], listed.body.toString()]).toEqual(['22', '{"total":0,"nodes":[]}']);
  expect((await getRaw(server, '/webhooks/logs')).headers['content-length']).toBe('22');
});
