import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import type { NatsServer } from '../local/nats-server.js';
import { makeKnex } from '../store/postgres/knex.js';
import { insertToken } from '../store/tokens/tokens.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

const [OURS, THEIRS] = [7, 8];
let database: TestDatabase;
let server: NatsServer;
let hukz: TestApp;
let receiver: Receiver;
let [admin, ours, theirs] = ['', '', ''];
let event: number;

beforeAll(async () => {
  database = await makeTestDatabase();
  server = await startTestNats();
  receiver = await startReceiver();
  const settings = { HUKZ_AUTH: 'token', HUKZ_FILTER_MAX_BYTES: '1KiB' };
  hukz = await startTestApp({ database, natsUrl: server.url }, settings);
  const db = makeKnex(database.connection, { max: 1 });
  const grant = { role: 'admin', scopes: null, spaces: null, events: null, expiresAt: null, name: 'test' };
  admin = (await insertToken(db, { subject: 'command', userId: 1 }, grant)).text;
  await db.destroy();
  const tokenOf = async (space: number): Promise<string> => {
    const body = { name: 'a', role: 'space_admin', spaces: [space] };
    return (await as(admin, 'post', '/tokens', body)).body.token;
  };
  [ours, theirs] = [await tokenOf(OURS), await tokenOf(THEIRS)];
  event = (await as(admin, 'post', '/events', { event: 'order.*' }).expect(201)).body.id;
});
afterAll(async () => {
  await hukz.stop();
  await receiver.stop();
  await server.stop();
  await database.drop();
});

function as(token: string, method: 'get' | 'post' | 'patch' | 'delete', path: string, body?: object | string) {
  const request = supertest(`http://127.0.0.1:${hukz.app.port}`)[method](path).set('authorization', `Bearer ${token}`);
  return body === undefined ? request : request.set('content-type', 'application/json').send(body);
}

const hook = async (space_id: number, more: object = {}): Promise<number> => {
  const body = { url: `${receiver.url}/hook`, event_ids: [event], space_id, ...more };
  const made = await as(admin, 'post', '/webhooks', body);
  if (made.status !== 201) throw new Error(made.text);
  return made.body.id;
};
const remove = async (...ids: readonly number[]) => {
  for (const id of ids) await as(admin, 'delete', `/webhooks/${id}`).expect(200);
};
const publish = async (message: object, token = admin): Promise<{ message_id: string; webhooks: number }> =>
  (await as(token, 'post', '/messages', { event: 'order.paid', payload: {}, ...message }).expect(202)).body;
const explain = async (body: object | string, token = admin) =>
  (await as(token, 'post', '/explain', body).expect(200)).body;

describe('POST /explain', () => {
  it('says of each webhook whether it fires, and what decides', async () => {
    const ids = [
      await hook(0, { key: 'all' }),
      await hook(0, { filter: { data: { order: { amount: { $gte: 100 } } } } }),
      await hook(0, { tags: { team: 'a' } }),
      await hook(OURS),
      await hook(0, { enabled: false }),
      await hook(0, { event_ids: [] }),
    ];
    await as(admin, 'post', `/webhooks/${ids[0]}/pause`, {}).expect(200);
    const [first = 0, second = 0] = ids;
    const message = { subject: 'order.paid', payload: { order: { amount: 99 } } };
    const { webhooks, ...head } = await explain(message);
    expect(head).toEqual({ subject_registered: true });
    const mine = webhooks.filter(({ id }: { id: number }) => ids.includes(id));
    expect(mine.map(({ id }: { id: number }) => id)).toEqual(ids);
    expect(mine[0]).toEqual({ id: first, key: 'all', fires: true, because: 'event', state: 'paused' });
    expect(mine[1]).toEqual({
      ...{ id: second, key: null, fires: false, because: 'filter', state: 'active' },
      ...{ at: '/order/amount', wanted: { $gte: 100 }, found: 99 },
    });
    const reasons = (of: typeof webhooks) => of.map(({ because }: { because: string }) => because);
    expect(reasons(mine)).toEqual(['event', 'filter', 'event', 'event', 'disabled', 'event']);
    expect(mine.map(({ fires }: { fires: boolean }) => fires)).toEqual([true, false, true, true, false, false]);
    const tagged = await explain({ ...message, headers: { 'Hukz-Tag': 'team:a', 'hukz-space': '0' } });
    const again = tagged.webhooks.filter(({ id }: { id: number }) => ids.includes(id));
    expect(reasons(again)).toEqual(['tag', 'tag', 'event', 'space', 'disabled', 'tag']);
    await remove(...ids);
  });

  it('reads the payload as it is written, and decides as the intake does', async () => {
    const id = await hook(0, { filter: { data: { a: { $number: '9007199254740993' } } } });
    for (const [payload, fires] of [
      ['{"a":9007199254740993}', true],
      ['{"a":9007199254740992}', false],
      ['{"a":1,"a":9007199254740993.0}', true],
    ] as const) {
      const { webhooks } = await explain(`{"subject":"order.paid","webhook":${id},"payload":${payload}}`);
      expect(webhooks[0].fires).toBe(fires);
      const sent = await as(
        admin,
        'post',
        '/messages',
        `{"event":"order.paid","webhooks":[${id}],"payload":${payload}}`,
      );
      expect(sent.body.webhooks).toBe(fires ? 1 : 0);
    }
    const text = Buffer.from('{"a":9007199254740993}').toString('base64');
    const { webhooks } = await explain({ subject: 'order.paid', webhook: id, payload_base64: text });
    expect(webhooks[0].fires).toBe(true);
    await remove(id);
  });

  it('says what filter_oversize decides, and why nothing can fire', async () => {
    const filter = { data: { a: 1 } };
    const ids = [await hook(0, { filter }), await hook(0, { filter, filter_oversize: 'skip' })];
    const payload = { a: 2, more: 'x'.repeat(1024) };
    const decided = async (n: number) => (await explain({ subject: 'order.paid', payload, webhook: ids[n] })).webhooks;
    const undecided = { because: 'filter', at: '/a', wanted: { $eq: 1 }, undecided: true };
    expect(await decided(0)).toMatchObject([{ fires: true, ...undecided }]);
    expect(await decided(1)).toMatchObject([{ fires: false, ...undecided }]);
    expect(await explain({ subject: 'other', webhook: ids[0] })).toMatchObject({
      subject_registered: false,
      webhooks: [{ fires: false, because: 'event' }],
    });
    expect(await explain({ subject: 'order.paid', headers: { 'Hukz-Delay': 'soon' } })).toMatchObject({
      problem: expect.stringContaining('Hukz-Delay'),
      webhooks: expect.arrayContaining([expect.objectContaining({ fires: false, because: 'routing' })]),
    });
    const { problem, subject_registered } = await explain({ subject: '$SYS.x' });
    expect([problem, subject_registered]).toEqual([expect.stringContaining('belongs to NATS'), false]);
    await remove(...ids);
  });

  it('is read in pages, of those that fire or of those that do not', async () => {
    const ids: number[] = [];
    for (let n = 0; n < 6; n++) ids.push(await hook(OURS, { filter: { data: { n: { $in: [n % 2] } } } }));
    const found: number[] = [];
    let cursor: string | undefined;
    do {
      const body = { subject: 'order.paid', payload: { n: 1 }, space: OURS, fires: true, limit: 2, cursor };
      const page = await explain(body);
      expect(page.webhooks.length).toBeLessThanOrEqual(2);
      found.push(...page.webhooks.map(({ id }: { id: number }) => id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(ids.filter((_, n) => n % 2 === 1));
    await remove(...ids);
  });

  it.each([
    [{}, 'subject'],
    [{ subject: 'a.*' }, 'subject'],
    [{ subject: 'a', payload: 1, payload_base64: 'AAEC' }, 'payload_base64'],
    [{ subject: 'a', payload_base64: '!' }, 'payload_base64'],
    [{ subject: 'a', cursor: 'x' }, 'cursor'],
    [{ subject: 'a', limit: 1000 }, 'limit'],
    [{ subject: 'a', headers: { a: 1 } }, 'headers'],
    [{ subject: 'a', extra: 1 }, 'extra'],
  ])('refuses %j', async (body, source) => {
    const { errors } = (await as(admin, 'post', '/explain', body).expect(422)).body;
    expect(errors[0].source).toContain(source);
  });
});

describe('GET /messages/{id}/explain', () => {
  it('says what was owed then, and what the catalog of today decides', async () => {
    const [kept, changed, gone] = [await hook(0), await hook(0), await hook(0)];
    const { message_id: id, webhooks } = await publish({ payload: { amount: 5 } });
    expect(webhooks).toBe(3);
    await as(admin, 'patch', `/webhooks/${changed}`, { filter: { data: { amount: { $gt: 5 } } } }).expect(200);
    await remove(gone);
    const late = await hook(0);
    const { body } = await as(admin, 'get', `/messages/${id}/explain?limit=100`).expect(200);
    const byId = new Map(body.webhooks.map((one: { id: number }) => [one.id, one]));
    const owed = { delivery_id: expect.any(String), state: expect.any(String) };
    expect(byId.get(kept)).toMatchObject({ fires: true, because: 'event', owed });
    expect(byId.get(changed)).toMatchObject({ fires: false, because: 'filter', at: '/amount', found: 5, owed });
    expect(byId.get(gone)).toMatchObject({ fires: false, because: 'deleted', state: 'deleted', owed });
    expect(byId.get(late)).toMatchObject({ fires: true, owed: null });
    expect(body.subject_registered).toBe(true);
    await as(admin, 'get', '/messages/00000000-0000-4000-8000-000000000000/explain').expect(404);
    await remove(kept, changed, late);
  });
});

describe('POST /webhooks/{id}/filter/test', () => {
  const trial = async (id: number, body: object, token = admin) =>
    (await as(token, 'post', `/webhooks/${id}/filter/test`, body).expect(200)).body;

  it('tries a filter on what really came, and changes nothing', async () => {
    const id = await hook(0, { filter: { data: { batch: 'none' } } });
    const since = new Date(Date.now() - 1).toISOString();
    const sent: string[] = [];
    for (let n = 0; n < 15; n++) sent.push((await publish({ payload: { batch: 'trial', n } })).message_id);
    await publish({ payload: { batch: 'trial', more: 'x'.repeat(1024) } });
    await publish({ event: 'order.made', headers: { 'X-Kind': 'b' }, tags: { team: 'a' } });
    const filter = { data: { batch: 'trial', n: { $lt: 3 } } };
    const { samples, ...counted } = await trial(id, { filter, since });
    // The large message is sent, because its values are unknown. The last one asks for a tag.
    expect(counted).toEqual({ looked_at: 17, would_match: 4 });
    const firing = samples.filter((sample: { fires: boolean }) => sample.fires);
    expect(firing.slice(1)).toEqual(
      [2, 1, 0].map((n) => ({ message_id: sent[n], fires: true, because: 'filter', at: '/n' })),
    );
    const others = samples.filter((sample: { fires: boolean }) => !sample.fires);
    expect(others).toHaveLength(10);
    expect(others[0]).toMatchObject({ because: 'tag' });
    expect(others[1]).toEqual({ message_id: sent[14], fires: false, because: 'filter', at: '/n' });
    expect(await trial(id, { since })).toMatchObject({ looked_at: 17, would_match: 1 });
    const limited = await trial(id, { filter, since, limit: 5 });
    expect(limited).toMatchObject({ looked_at: 5, stopped_at: expect.any(String) });
    expect((await as(admin, 'get', `/webhooks/${id}`).expect(200)).body.filter).toEqual({ data: { batch: 'none' } });
    await remove(id);
  });

  it('refuses a filter with a mistake, and a webhook that does not exist', async () => {
    const id = await hook(0);
    const wrong = { filter: { data: { a: { $gtee: 1 } } } };
    const { body } = await as(admin, 'post', `/webhooks/${id}/filter/test`, wrong).expect(422);
    expect(body.errors[0].source).toBe('/filter/data/a/$gtee');
    await as(admin, 'post', `/webhooks/${id}/filter/test`, { limit: 10_001 }).expect(422);
    await as(admin, 'post', '/webhooks/999999/filter/test', {}).expect(404);
    await remove(id);
  });
});

describe('GET /messages?matched=false', () => {
  it('says why no webhook gets a message, by the catalog of today', async () => {
    const id = await hook(0, { filter: { data: { a: 1 } }, tags: { team: 'a' } });
    const withheld = await publish({ payload: { a: 2 } });
    const untagged = await publish({ payload: { a: 1 }, tags: { team: 'b' } });
    const named = await publish({ payload: { a: 1 }, webhooks: [999_999] });
    expect([withheld, untagged, named].map(({ webhooks }) => webhooks)).toEqual([0, 0, 0]);
    const reasons = async () => {
      const { body } = await as(admin, 'get', '/messages?matched=false&limit=100').expect(200);
      const because = new Map(body.nodes.map((node: { id: string; because: string }) => [node.id, node.because]));
      return [withheld, untagged, named].map(({ message_id }) => because.get(message_id));
    };
    expect(await reasons()).toEqual(['filter', 'tag', 'webhook']);
    await as(admin, 'patch', `/webhooks/${id}`, { filter: { data: { a: 2 } } }).expect(200);
    expect(await reasons()).toEqual(['catalog', 'tag', 'webhook']);
    await remove(id);
    expect(await reasons()).toEqual(['webhook', 'webhook', 'webhook']);
    const { body } = await as(admin, 'get', '/messages').expect(200);
    expect(body.nodes.some((node: object) => 'because' in node)).toBe(false);
  });
});

describe('with a token of one space', () => {
  it('no webhook, no value and no message of another space is shown', async () => {
    const filter = { data: { secret: 'theirs' } };
    const [ourHook, theirHook] = [await hook(OURS, { filter }), await hook(THEIRS, { filter, key: 'their-key' })];
    const all = await explain({ subject: 'order.paid', payload: { secret: 'x' } }, ours);
    expect(all.webhooks.map(({ id }: { id: number }) => id)).toEqual([ourHook]);
    for (const webhook of [theirHook, 'key:their-key', 999_999]) {
      const { status, text } = await as(ours, 'post', '/explain', { subject: 'order.paid', webhook });
      expect([status, text.includes('their')]).toEqual([404, false]);
    }
    await as(ours, 'post', '/explain', { subject: 'order.paid', space: THEIRS }).expect(404);
    const { message_id: hidden, webhooks } = await publish({ payload: { secret: 'theirs' }, space: THEIRS });
    expect(webhooks).toBe(1);
    const refused = await as(ours, 'get', `/messages/${hidden}/explain`).expect(404);
    expect(refused.text).not.toContain('theirs');
    const { message_id: shared } = await publish({ payload: { secret: 'theirs' } });
    const seen = await as(ours, 'get', `/messages/${shared}/explain`).expect(200);
    expect(seen.body.webhooks.map(({ id }: { id: number }) => id)).toEqual([ourHook]);
    const read = await as(theirs, 'get', `/messages/${hidden}/explain`).expect(200);
    expect(read.body.webhooks.map(({ id }: { id: number }) => id)).toEqual([theirHook]);
    await remove(ourHook, theirHook);
  });

  it('a trial looks at no message of another space, and names none', async () => {
    const [ourHook, theirHook] = [await hook(OURS), await hook(THEIRS)];
    const since = new Date(Date.now() - 1).toISOString();
    const { message_id: hidden } = await publish({ payload: { secret: 'theirs' }, space: THEIRS });
    const { message_id: unmatched } = await publish({ payload: { secret: 'theirs' }, webhooks: [999_999] });
    const { message_id: shared } = await publish({ payload: { secret: 'theirs' } });
    const body = { since, filter: { data: { secret: 'theirs' } } };
    const path = `/webhooks/${ourHook}/filter/test`;
    const { text, body: tried } = await as(ours, 'post', path, body).expect(200);
    expect([tried.looked_at, tried.would_match]).toEqual([1, 1]);
    expect([hidden, unmatched, shared].map((id) => text.includes(id))).toEqual([false, false, true]);
    await as(ours, 'post', `/webhooks/${theirHook}/filter/test`, body).expect(404);
    expect((await as(ours, 'get', '/messages?matched=false').expect(200)).body.nodes).toEqual([]);
    await remove(ourHook, theirHook);
  });
});
