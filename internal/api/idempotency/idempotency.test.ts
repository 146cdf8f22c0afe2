import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteIdempotentRequests } from '../../store/deliveries/retention.js';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';

const SIGNED = { url: 'http://example.com/hook', event_ids: [] };
const WEBHOOK = { ...SIGNED, signature: { scheme: 'none' } };

let api: TestApi;
beforeAll(async () => {
  api = await makeTestApi();
});
afterAll(() => api.stop());
beforeEach(() => api.db('idempotent_requests').delete());

const post = (path: string, body: object, key: string, user = '1') =>
  api.send('POST', path, body, user).set('Idempotency-Key', key);
const rows = async () => Number((await api.db('idempotent_requests').count('* as n'))[0]?.n);

describe('a POST with an Idempotency-Key', () => {
  it('is done once, and each repetition gets the first answer', async () => {
    const { webhooks: before } = await api.counts();
    const first = await post('/webhooks', WEBHOOK, 'k').expect(201);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    const again = await post('/webhooks', WEBHOOK, 'k').expect(201);
    expect([again.text, again.headers['idempotency-replayed'], again.type]).toEqual([first.text, 'true', first.type]);
    // The revision of the first answer, although the webhook has another one by now.
    await api.send('PATCH', `/webhooks/${first.body.id}`, { name: 'n' }).expect(200);
    const { headers } = await post('/webhooks', WEBHOOK, 'k').expect(201);
    expect([again.headers.etag, headers.etag, first.headers.etag]).toEqual(['"1"', '"1"', '"1"']);
    const paused = `/webhooks/${first.body.id}/pause`;
    const { headers: once } = await post(paused, {}, 'k').expect(200);
    expect((await post(paused, {}, 'k').expect(200)).headers.etag).toBe(once.etag);
    const test = await post('/deliveries/cancel', { filter: { state: 'held' }, dry_run: true }, 'k').expect(200);
    const withoutRevision = await post('/deliveries/cancel', { filter: { state: 'held' }, dry_run: true }, 'k').expect(
      200,
    );
    expect([test.headers.etag, withoutRevision.headers.etag]).toEqual([undefined, undefined]);
    await post('/webhooks', WEBHOOK, 'another key').expect(201);
    expect(await api.counts()).toMatchObject({ webhooks: Number(before) + 2 });
  });

  it('is another request for another user, path and key', async () => {
    const answers = [
      await post('/webhooks', WEBHOOK, 'k'),
      await post('/webhooks', WEBHOOK, 'k2'),
      await post('/webhooks', WEBHOOK, 'k', '2'),
      await post('/webhooks/space/7', WEBHOOK, 'k'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(4);
  });

  it('is refused for the key of a request with another body', async () => {
    await post('/events', { event: 'a.first' }, 'k').expect(201);
    const { body } = await post('/events', { event: 'a.second' }, 'k').expect(422);
    expect(body.errors[0]).toMatchObject({ source: 'Idempotency-Key' });
    expect(await api.counts()).toMatchObject({ events: 1 });
  });

  it('is refused while the first one is in progress, and while its outcome is unknown', async () => {
    await post('/webhooks', WEBHOOK, 'k').expect(201);
    await api.db('idempotent_requests').update({ status: null, content: null });
    const { webhooks: before } = await api.counts();
    const running = await post('/webhooks', WEBHOOK, 'k').expect(409);
    expect([running.headers['retry-after'], running.body.errors[0].message]).toEqual([
      '1',
      'the first request with this Idempotency-Key is in progress; try again in 1 s',
    ]);
    await api.db.raw(`update idempotent_requests set created_at = now() - interval '1 hour'`);
    const unknown = await post('/webhooks', WEBHOOK, 'k').expect(409);
    expect(unknown.body.errors[0].message).toContain('is not known; read what is stored before');
    expect(await api.counts()).toMatchObject({ webhooks: before });
  });

  it('has one effect when it comes several times at once', async () => {
    const { webhooks: before } = await api.counts();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('/webhooks', WEBHOOK, 'k')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    expect(await api.counts()).toMatchObject({ webhooks: Number(before) + 1 });
  });

  it('leaves its key free when it was refused', async () => {
    await post('/webhooks', { ...WEBHOOK, event_ids: [2_147_483_647] }, 'k').expect(422);
    await post('/webhooks', { ...WEBHOOK, url: 'nonsense' }, 'k').expect(422);
    expect(await rows()).toBe(0);
    await post('/webhooks', WEBHOOK, 'k').expect(201);
  });

  it('keeps its key when the change was stored but is not active', async () => {
    const { webhooks: before } = await api.counts();
    api.rest.catalogChanged = () => Promise.reject(new Error('away'));
    await post('/webhooks', WEBHOOK, 'k').expect(503);
    api.rest.catalogChanged = async () => undefined;
    await post('/webhooks', WEBHOOK, 'k').expect(409);
    expect(await api.counts()).toMatchObject({ webhooks: Number(before) + 1 });
  });

  it('does not store a secret that is shown once, and does not repeat it', async () => {
    const { body: first } = await post('/webhooks', SIGNED, 'k').expect(201);
    expect(first.secret).toMatch(/^whsec_/);
    const { body: again } = await post('/webhooks', SIGNED, 'k').expect(201);
    const { secret: _, ...rest } = first;
    expect(again).toEqual(rest);
    const rotate = `/webhooks/${first.id}/secret/rotate`;
    const rotated = (await post(rotate, {}, 'k').expect(200)).body;
    expect((await post(rotate, {}, 'k').expect(200)).body).toEqual({ ...rotated, secret: undefined });
    const stored = await api.db('idempotent_requests').select('content');
    expect(stored.length).toBe(2);
    for (const { content } of stored)
      for (const secret of [first.secret, rotated.secret]) expect(content.toString()).not.toContain(secret);
  });

  it.each(['', 'x'.repeat(256), 'caf\u00e9', 'a\tb'])('is refused with a key that is none: %j', async (key) => {
    const { body } = await post('/webhooks', WEBHOOK, key).expect(422);
    expect(body.errors[0].message).toBe('Idempotency-Key has 1 to 255 visible characters of ASCII');
  });

  it('is forgotten after a day', async () => {
    const { body: first } = await post('/webhooks', WEBHOOK, 'k').expect(201);
    await api.db.raw(`update idempotent_requests set created_at = now() - interval '25 hours'`);
    const { body: second } = await post('/webhooks', WEBHOOK, 'k').expect(201);
    expect(second.id).not.toBe(first.id);
    await api.db.raw(`update idempotent_requests set created_at = now() - interval '25 hours'`);
    expect(await deleteIdempotentRequests(api.pool, 86_400_000, 10)).toBe(1);
    expect(await rows()).toBe(0);
  });
});

it('a request without a key, and a request that is no POST, stores nothing about itself', async () => {
  const { body } = await api.send('POST', '/webhooks', WEBHOOK).expect(201);
  await api.send('PATCH', `/webhooks/${body.id}`, { name: 'n' }).set('Idempotency-Key', 'k').expect(200);
  expect(await rows()).toBe(0);
});

/** Batches have the key in each message; an explanation changes nothing, so a client may repeat it anyway. */
const WITHOUT_KEY = ['/messages/batch', '/explain'];

it('the document has the header of each POST that changes something', async () => {
  const { paths } = (await api.send('GET', '/openapi.json').expect(200)).body;
  const without = Object.entries<Record<string, { parameters: { name: string }[] }>>(paths)
    .filter(([path]) => !WITHOUT_KEY.includes(path))
    .filter(
      ([, { post: operation }]) => operation && !operation.parameters.some(({ name }) => name === 'Idempotency-Key'),
    );
  expect(without.map(([path]) => path)).toEqual([]);
});
