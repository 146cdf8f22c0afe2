import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Db, makeKnex } from '../store/postgres/knex.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

const REQUESTS = [
  ['GET', '/events'],
  ['POST', '/events', { event: 'a.b' }],
  ['GET', '/events/1'],
  ['PUT', '/events/1', { name: 'x' }],
  ['PATCH', '/events/1', { name: 'x' }],
  ['DELETE', '/events/1'],
  ['GET', '/webhooks'],
  ['POST', '/webhooks', { url: 'http://example.com', event_ids: [] }],
  ['GET', '/webhooks/1'],
  ['PUT', '/webhooks/1', { name: 'x' }],
  ['PATCH', '/webhooks/1', { name: 'x' }],
  ['DELETE', '/webhooks/1'],
  ['GET', '/webhooks/logs'],
  ['GET', '/webhooks/space/1'],
  ['POST', '/webhooks/space/1', { url: 'http://example.com', event_ids: [] }],
  ['GET', '/webhooks/space/1/check?event=a'],
] as const;
const AWAY = { errors: [{ code: 503, message: 'the database is not available or too busy; try again later' }] };

describe('a database that is away', () => {
  let server: Server;
  let db: Db;
  let api: TestApi;

  const listenThenUse = async (onConnection: (end: () => void) => void, settings: object = {}) => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(() => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    db = makeKnex({ host: '127.0.0.1', port, user: 'u', database: 'd', ...settings }, { max: 2 });
    api = await makeTestApi({ db });
  };

  afterEach(async () => {
    await db.destroy();
    await api.stop();
    server.close();
  });

  it('and refuses connections makes every route answer 503 at once', async () => {
    await listenThenUse((end) => end());
    await new Promise((resolve) => server.close(resolve));
    for (const [method, path, body] of REQUESTS) {
      const startedAt = performance.now();
      const answer = await api.send(method, path, body);
      expect([method, path, answer.status, answer.body]).toEqual([method, path, 503, AWAY]);
      expect(performance.now() - startedAt).toBeLessThan(2000);
    }
    expect(api.lines.filter(({ name }) => name === 'api.failed')).toEqual([]);
    // All requests that fail with the same message share one log line.
    expect(api.lines.filter(({ name }) => name === 'api.unavailable')).toHaveLength(1);
  });

  it('and hangs up on every connection makes it answer 503', async () => {
    await listenThenUse((end) => end());
    expect((await api.send('GET', '/events')).body).toEqual(AWAY);
    expect((await api.send('POST', '/events', { event: 'a.b' })).body).toEqual(AWAY);
  });

  it('and accepts connections but says nothing makes it answer 503 within the time limit', async () => {
    await listenThenUse(() => undefined, { connectionTimeoutMillis: 200 });
    expect((await api.send('GET', '/events')).body).toEqual(AWAY);
    expect((await api.send('POST', '/events', { event: 'a.b' })).body).toEqual(AWAY);
  });
});

describe('a database that goes away', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await makeTestApi();
  });
  afterEach(() => api.stop());

  /**
   * Cuts all sessions that wait for a lock, once, when the given number of them waits. A later request could otherwise
   * get a connection that was just cut.
   */
  const cutAll = (wanted: number) => async () => {
    const { rows } = await api.db.raw(
      `with waiting as materialized (
         select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
       )
       select pg_terminate_backend(pid) from waiting where (select count(*) from waiting) >= ?`,
      [wanted],
    );
    return rows.length >= wanted;
  };

  it('in the middle of requests makes them answer 503, and the next ones work again', async () => {
    const requests = [api.send('GET', '/events'), api.send('POST', '/events', { event: 'a.b' })];
    const statuses = await api.db.transaction(async (blocking) => {
      await blocking.raw('lock table events in access exclusive mode');
      const waiting = requests.map((sent) => sent.then((answer) => answer.status));
      await eventually(cutAll(2), { what: 'both requests wait and are cut off' });
      return Promise.all(waiting);
    });
    expect(statuses).toEqual([503, 503]);
    await api.send('POST', '/events', { event: 'a.b' }).expect(201);
    expect(api.lines.filter(({ name }) => name === 'api.failed')).toEqual([]);
  });
});
