import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stepReplays } from '../store/replay/step.js';
import { makeTestApi, type TestApi } from '../testkit/test-api.js';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

let api: TestApi;
let eventId: number;
let webhookId: number;

beforeAll(async () => {
  api = await makeTestApi();
  eventId = (await api.send('POST', '/events', { event: 'tag.created' })).body.id;
});
afterAll(() => api.stop());
beforeEach(async () => {
  await api.db.raw('truncate messages, deliveries, dead_letters, webhook_logs, replays');
  webhookId = await webhook();
});

const webhook = async (more: object = {}, user = '1') =>
  (await api.send('POST', '/webhooks', { url: 'http://example.com', event_ids: [eventId], ...more }, user)).body.id;

type Place = 'deliveries' | 'dead_letters' | 'webhook_logs';
interface Stored {
  readonly place: Place;
  readonly at?: string;
  readonly event?: string;
  readonly webhookId?: number;
  readonly userId?: number;
  readonly payload?: string;
}

/** A delivery where the journal would have put it. */
const store = async ({
  place,
  at = hoursAgo(1),
  event = 'tag.created',
  userId = 1,
  payload = '{"n":12345678901234567890}',
  ...more
}: Stored) => {
  const id = randomUUID();
  const messageId = randomUUID();
  const owner = more.webhookId ?? webhookId;
  const { db } = api;
  await db.raw(
    `select hukz_ensure_partition(name, (?::timestamptz at time zone 'UTC')::date)
                from unnest(array['messages', 'webhook_logs']) name`,
    [at],
  );
  await db('messages').insert({
    id: messageId,
    received_at: at,
    subject: event,
    payload: Buffer.from(payload),
    owed_to: [owner],
    delivery_ids: [id],
  });
  const common = { id, message_id: messageId, received_at: at, webhook_id: owner };
  if (place === 'deliveries')
    await db(place).insert({ ...common, bytes: 1, due_at: db.raw(`now() + interval '1 hour'`) });
  if (place === 'dead_letters') {
    await db(place).insert({ ...common, attempts: 1, died_at: at, because: 'exhausted', event, created_by_id: userId });
  }
  await db('webhook_logs').insert({
    created_at: at,
    created_by_id: userId,
    event,
    url: 'http://example.com',
    response_status_code: 500,
    response_body: 'no',
    tags: '{}',
    webhook_id: owner,
    space_id: 0,
    message_id: messageId,
    received_at: at,
    delivery_id: id,
    attempt: 1,
    duration_ms: 1,
    outcome: place === 'deliveries' ? 'failed' : place === 'dead_letters' ? 'dead' : 'delivered',
  });
  return { id, messageId, at };
};

describe('dead letters', () => {
  const found = async (query = '', user = '1') => {
    const { body } = await api.send('GET', `/dead-letters${query}`, undefined, user).expect(200);
    expect(body.total).toBeGreaterThanOrEqual(body.nodes.length);
    return body.nodes.map(({ id }: { id: string }) => id);
  };

  it('are listed newest first, with what they were', async () => {
    const older = await store({ place: 'dead_letters', at: hoursAgo(2) });
    const newer = await store({ place: 'dead_letters' });
    expect(await found()).toEqual([newer.id, older.id]);
    expect(await found('?limit=1&page=2')).toEqual([older.id]);
    const { body } = await api.send('GET', '/dead-letters?limit=1');
    expect(body).toEqual({
      total: 2,
      nodes: [
        {
          id: newer.id,
          died_at: newer.at,
          because: 'exhausted',
          attempts: 1,
          event: 'tag.created',
          message_id: newer.messageId,
          received_at: newer.at,
          webhook_id: webhookId,
          space_id: 0,
        },
      ],
    });
  });

  it('are those of the user’s webhooks, narrowed by what they carry', async () => {
    const other = await webhook({ space_id: 7, tags: { app: 'x', team: 'one' } });
    const a = await store({ place: 'dead_letters', event: 'tag.deleted' });
    const b = await store({ place: 'dead_letters', webhookId: other, at: hoursAgo(5) });
    const c = await store({ place: 'dead_letters', webhookId: await webhook({}, '2'), userId: 2 });
    expect([await found(), await found('', '2'), await found('', '3')]).toEqual([[a.id, b.id], [c.id], []]);
    expect(await found(`?webhook_id=${other}`)).toEqual([b.id]);
    expect(await found('?event=tag.deleted')).toEqual([a.id]);
    expect(await found('?space_id=7')).toEqual([b.id]);
    expect(await found('?tag=app:x&tag=team:one')).toEqual([b.id]);
    expect(await found('?tag=app:y')).toEqual([]);
    expect(await found(`?since=${hoursAgo(3)}`)).toEqual([a.id]);
    expect(await found(`?until=${hoursAgo(3)}`)).toEqual([b.id]);
  });
});

describe('a delivery', () => {
  it('shows its message byte for byte, its webhook and every attempt', async () => {
    const { id, messageId, at } = await store({ place: 'dead_letters' });
    const { text, body } = await api.send('GET', `/deliveries/${id}`).expect(200);
    expect(text).toContain('"payload":{"n":12345678901234567890}}');
    expect(body).toMatchObject({
      id,
      state: 'dead',
      because: 'exhausted',
      due_at: null,
      webhook: { id: webhookId, url: 'http://example.com' },
      message: { id: messageId, received_at: at, subject: 'tag.created', data: { event: 'tag.created' } },
      attempts: [{ attempt: 1, outcome: 'dead', response_status_code: 500, response_body: 'no' }],
    });
    expect(body.attempts[0]).not.toHaveProperty('data');
  });

  it('says what state it is in', async () => {
    const state = async (id: string) => (await api.send('GET', `/deliveries/${id}`).expect(200)).body.state;
    const pending = await store({ place: 'deliveries' });
    const delivered = await store({ place: 'webhook_logs' });
    expect([await state(pending.id), await state(delivered.id)]).toEqual(['pending', 'delivered']);
    await api.db('deliveries').update({ due_at: 'infinity' });
    expect(await state(pending.id)).toBe('held');
    await api.db('deliveries').delete();
    expect(await state(pending.id)).toBe('lost');
    await api.db('webhook_logs').update({ outcome: 'cancelled' });
    expect(await state(delivered.id)).toBe('cancelled');
  });

  it('is nobody’s but the user’s who created the webhook, and stays when that is deleted', async () => {
    const { id } = await store({ place: 'dead_letters' });
    await api.send('GET', `/deliveries/${id}`, undefined, '2').expect(404);
    await api.send('POST', `/deliveries/${id}/retry`, undefined, '2').expect(404);
    await api.send('DELETE', `/webhooks/${webhookId}`).expect(200);
    const { body } = await api.send('GET', `/deliveries/${id}`).expect(200);
    expect(body.webhook.deleted_at).not.toBeNull();
  });
});

describe('retrying a delivery', () => {
  const retry = (id: string) => api.send('POST', `/deliveries/${id}/retry`);
  const row = async (id: string) => api.db('deliveries').where({ id }).first('*', api.db.raw('due_at <= now() as due'));

  it('makes a dead letter pending', async () => {
    const { id } = await store({ place: 'dead_letters' });
    const { body } = await retry(id).expect(202);
    expect(body).toMatchObject({ id, state: 'pending', because: null });
    expect(await row(id)).toMatchObject({ due: true, replay: true, attempts: 1, failures: 0, owner: null });
    expect(await api.counts()).toMatchObject({ dead_letters: 0, deliveries: 1 });
  });

  it('makes what waits due now, and sends what was delivered again', async () => {
    const [waiting, delivered] = [await store({ place: 'deliveries' }), await store({ place: 'webhook_logs' })];
    await retry(waiting.id).expect(202);
    await retry(delivered.id).expect(202);
    expect(await row(waiting.id)).toMatchObject({ due: true, replay: true });
    expect(await row(delivered.id)).toMatchObject({ due: true, replay: true, attempts: 1 });
  });

  it('at the same instant makes it pending once', async () => {
    const { id } = await store({ place: 'dead_letters' });
    await Promise.all([1, 2, 3].map(() => retry(id).expect(202)));
    expect(await api.counts()).toMatchObject({ dead_letters: 0, deliveries: 1 });
  });

  it('is refused while somebody sends it', async () => {
    const { id } = await store({ place: 'deliveries' });
    await api.db('deliveries').update({ owner: randomUUID() });
    const { body } = await retry(id).expect(409);
    expect(body.errors[0]).toMatchObject({ code: 409, message: expect.stringContaining('being sent') });
  });

  it('is refused, and changes nothing, when it cannot be sent', async () => {
    const { id, messageId } = await store({ place: 'dead_letters' });
    const refusal = async () => (await retry(id).expect(422)).body.errors[0].message;
    await api.send('PATCH', `/webhooks/${webhookId}`, { enabled: false }).expect(200);
    expect(await refusal()).toContain('disabled');
    await api.send('PATCH', `/webhooks/${webhookId}`, { enabled: true }).expect(200);
    await api.db('messages').where({ id: messageId }).delete();
    expect(await refusal()).toContain('no longer kept');
    await api.send('DELETE', `/webhooks/${webhookId}`).expect(200);
    expect(await refusal()).toContain('deleted');
    expect(await api.counts()).toMatchObject({ dead_letters: 1, deliveries: 0 });
  });
});

describe('a replay', () => {
  const replay = (body: object, user = '1') => api.send('POST', `/webhooks/${webhookId}/replay`, body, user);

  it('can be only counted, by outcome, time and subject', async () => {
    await store({ place: 'dead_letters' });
    await store({ place: 'dead_letters', at: hoursAgo(10), event: 'tag.deleted' });
    await store({ place: 'deliveries' });
    await api.db('deliveries').update({ failures: 1 });
    await store({ place: 'webhook_logs' });
    const total = async (body: object) =>
      (await replay({ since: hoursAgo(48), dry_run: true, ...body }).expect(200)).body;
    expect(await total({})).toEqual({ dry_run: true, total: 2 });
    expect(await total({ since: hoursAgo(3) })).toMatchObject({ total: 1 });
    expect(await total({ until: hoursAgo(3) })).toMatchObject({ total: 1 });
    expect(await total({ event: 'tag.deleted' })).toMatchObject({ total: 1 });
    expect(await total({ outcome: 'failed' })).toMatchObject({ total: 1 });
    expect(await total({ outcome: 'delivered' })).toMatchObject({ total: 1 });
    expect(await total({ outcome: 'cancelled' })).toMatchObject({ total: 0 });
    webhookId = await webhook();
    expect(await total({ outcome: 'missing' })).toMatchObject({ total: 3 });
    expect(await api.counts()).toMatchObject({ replays: 0, deliveries: 1 });
  });

  it('is a job that can be asked for, listed, and cancelled between two steps', async () => {
    for (let n = 0; n < 3; n++) await store({ place: 'dead_letters' });
    const { body: made } = await replay({ since: hoursAgo(2) }, '5').expect(202);
    expect(made).toMatchObject({
      webhook_id: webhookId,
      created_by_id: 5,
      outcome: 'dead',
      event: null,
      state: 'running',
      total: 3,
      done: 0,
      finished_at: null,
      error: null,
    });
    await stepReplays(api.pool, { ratePerSecond: 1, mostWaiting: 10 });
    expect((await api.send('GET', `/replays/${made.id}`)).body).toMatchObject({ state: 'running', done: 1 });
    const { body: cancelled } = await api.send('DELETE', `/replays/${made.id}`).expect(200);
    expect(cancelled).toMatchObject({ id: made.id, state: 'cancelled', done: 1, finished_at: expect.any(String) });
    await api.db('replays').update({ next_at: api.db.fn.now() });
    expect(await stepReplays(api.pool, { ratePerSecond: 1, mostWaiting: 10 })).toBeUndefined();
    expect((await api.send('DELETE', `/replays/${made.id}`).expect(200)).body).toEqual(cancelled);
    expect((await api.send('GET', `/webhooks/${webhookId}/replays`)).body).toEqual({ total: 1, nodes: [cancelled] });
    expect(await api.counts()).toMatchObject({ dead_letters: 2, deliveries: 1 });
  });

  it('is refused for a disabled webhook, but may be counted', async () => {
    await api.send('PATCH', `/webhooks/${webhookId}`, { enabled: false });
    await replay({ since: hoursAgo(1) }).expect(422);
    await replay({ since: hoursAgo(1), dry_run: true }).expect(200);
  });
});

describe('the account over HTTP', () => {
  it('closes, and says so when it does not', async () => {
    await store({ place: 'dead_letters' });
    await store({ place: 'deliveries' });
    await store({ place: 'webhook_logs' });
    const { body } = await api.send('GET', `/accounting?webhook_id=${webhookId}&since=${hoursAgo(2)}`).expect(200);
    expect(body).toMatchObject({
      webhook_id: webhookId,
      accepted: 3,
      delivered: 1,
      pending: 1,
      held: 0,
      dead: 1,
      cancelled: 0,
      lost: 0,
      unknown: 0,
      closes: true,
    });
    await api.db('deliveries').delete();
    const { body: open } = await api.send('GET', '/accounting').expect(200);
    expect(open).toMatchObject({ webhook_id: null, accepted: 3, pending: 0, lost: 1, closes: false });
  });
});

describe('what cannot be', () => {
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

  it('nobody is let in without X-User', async () => {
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
    ['a since in the future', { since: '2999-01-01' }, 'since'],
    ['a since before anything is kept', { since: '2001-01-01' }, 'since'],
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
    '/dead-letters?since=x',
    '/dead-letters?until=2026-13-01',
    '/dead-letters?tag=x',
    '/dead-letters?webhook_id=abc',
    '/dead-letters?space_id=-1',
    '/dead-letters?event=%00',
    '/accounting?webhook_id=0',
    '/accounting?since=x',
    '/accounting?since=2999-01-01',
    '/accounting?since=2001-01-01',
    "/dead-letters?tag=a:b'%20or%201=1--&since='",
    '/accounting?since=2026-01-01&until=2025-01-01',
  ])('a query that cannot be is a 422: %s', async (path) => {
    await api.send('GET', path).expect(422);
  });
});
