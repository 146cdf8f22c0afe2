import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';
import { storeDelivery } from '../../testkit/stored-delivery.js';

let api: TestApi;

beforeAll(async () => {
  api = await makeTestApi();
});
beforeEach(async () => {
  api.rest.spaces = 'all';
  await api.db.raw('truncate spaces, webhooks, deliveries, webhook_logs, messages cascade');
});
afterAll(() => api.stop());

const webhookIn = async (spaceId: number): Promise<number> => {
  const body = { url: 'https://example.com/hook', event_ids: [] };
  return (await api.send('POST', `/webhooks/space/${spaceId}`, body).expect(201)).body.id;
};
const create = async (body: object) => (await api.send('POST', '/spaces', body).expect(201)).body;
const messageOf = ({ body }: { body: { errors: { message: string }[] } }) => body.errors[0]?.message;
const idsOf = async (query: string): Promise<number[]> => {
  const { body } = await api.send('GET', `/spaces${query}`).expect(200);
  return body.nodes.map(({ id }: { id: number }) => id);
};

describe('a space', () => {
  it('is created with a number and read, changed and deleted by its number or its key', async () => {
    const made = await create({ id: 7, key: 'eu', name: 'Europe', tags: { region: 'eu' }, managed_by: 'terraform' });
    expect(made).toEqual({
      id: 7,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      deleted_at: null,
      created_by_id: 1,
      updated_by_id: 1,
      revision: 1,
      name: 'Europe',
      tags: { region: 'eu' },
      isolation: 'open',
      limits: {},
      defaults: {},
      key: 'eu',
      managed_by: 'terraform',
      webhooks: 0,
    });
    const { body: read, headers } = await api.send('GET', '/spaces/key:eu').expect(200);
    expect([read, headers.etag]).toEqual([made, '"1"']);
    const { body: patched } = await api
      .send('PATCH', '/spaces/7', { key: 'eu/west', tags: { tier: 'a' }, managed_by: null }, '2')
      .expect(200);
    expect(patched).toMatchObject({ key: 'eu/west', tags: { region: 'eu', tier: 'a' }, revision: 2, updated_by_id: 2 });
    expect(patched).not.toHaveProperty('managed_by');
    const { body: put } = await api.send('PUT', '/spaces/key:eu%2Fwest', { name: '', tags: { a: 'b' } }).expect(200);
    expect(put).toMatchObject({ name: 'Europe', tags: { a: 'b' }, key: 'eu/west', revision: 3 });
    await api.send('DELETE', '/spaces/key:eu%2Fwest?confirm=eu%2Fwest').expect(200, { webhooks: 0, cancelled: 0 });
    await api.send('GET', '/spaces/7').expect(404);
    await api.send('DELETE', '/spaces/7?confirm=7').expect(404);
  });

  it('has an isolation and a subject, which are replaced as a whole and cleared by null', async () => {
    const made = await create({ id: 7, isolation: 'strict', subject: { token: 2 } });
    expect(made).toMatchObject({ isolation: 'strict', subject: { token: 2 } });
    const patch = async (body: object) => (await api.send('PATCH', '/spaces/7', body).expect(200)).body;
    expect(await patch({ name: 'Seven' })).toMatchObject({ isolation: 'strict', subject: { token: 2 } });
    expect((await patch({ subject: { header: 'Tenant' } })).subject).toEqual({ header: 'Tenant' });
    const put = await api.send('PUT', '/spaces/7', { subject: { token: 1 }, isolation: null }).expect(200);
    expect(put.body).toMatchObject({ isolation: 'strict', subject: { token: 1 } });
    const cleared = await patch({ isolation: null, subject: null });
    expect([cleared.isolation, 'subject' in cleared]).toEqual(['open', false]);
  });

  it.each([
    [{ isolation: 'closed' }, 'isolation'],
    [{ isolation: true }, 'isolation'],
    [{ subject: {} }, 'subject'],
    [{ subject: { token: 0 } }, 'subject'],
    [{ subject: { token: 17 } }, 'subject'],
    [{ subject: { token: 1.5 } }, 'subject'],
    [{ subject: { token: '2' } }, 'subject'],
    [{ subject: { token: 2, header: 'Tenant' } }, 'subject'],
    [{ subject: { header: '' } }, 'subject'],
    [{ subject: { header: 'A B' } }, 'subject'],
    [{ subject: { header: 'X\r\nY' } }, 'subject'],
    [{ subject: { header: 'hukz-SPACE' } }, 'subject'],
    [{ subject: { header: 'Nats-Msg-Id' } }, 'subject'],
    [{ subject: { header: 'x'.repeat(129) } }, 'subject'],
    [{ subject: 2 }, 'subject'],
    [{ subject: [] }, 'subject'],
  ])('is refused with %j', async (body, source) => {
    const { body: answer } = await api.send('POST', '/spaces', body).expect(422);
    expect(answer.errors[0].source).toMatch(new RegExp(`^${source}`));
  });

  it('whose number is used again is open, and has no limits and no defaults', async () => {
    const former = { isolation: 'strict', subject: { token: 2 }, limits: { webhooks: 1 }, defaults: { timeout: '5s' } };
    await create({ id: 7, key: 'eu', ...former });
    await api.send('DELETE', '/spaces/7?confirm=7').expect(200);
    await webhookIn(7);
    const { body } = await api.send('GET', '/spaces/7').expect(200);
    expect([body.isolation, body.subject, body.limits, body.defaults]).toEqual(['open', undefined, {}, {}]);
  });

  it('has limits, of which PATCH changes single ones', async () => {
    await create({ id: 7, limits: { webhooks: 2 } });
    const change = async (method: 'PATCH' | 'PUT', body: object) =>
      (await api.send(method, '/spaces/7', body).expect(200)).body.limits;
    expect(await change('PATCH', { limits: {} })).toEqual({ webhooks: 2 });
    expect(await change('PATCH', { limits: { webhooks: null } })).toEqual({});
    expect(await change('PUT', { limits: { webhooks: 0 } })).toEqual({ webhooks: 0 });
    expect(await change('PUT', { name: 'x' })).toEqual({ webhooks: 0 });
    expect(await change('PATCH', { limits: null })).toEqual({});
    for (const webhooks of [-1, 1.5, '2', 1_000_001, [], {}])
      await api.send('PATCH', '/spaces/7', { limits: { webhooks } }).expect(422);
    await api.send('PATCH', '/spaces/7', { limits: { others: 1 } }).expect(422);
    const all = { webhooks: 1, messages_per_second: 2, message_bytes: 3, pending: 4 };
    expect(await change('PUT', { limits: all })).toEqual(all);
    expect(await change('PATCH', { limits: { pending: null } })).toEqual({ ...all, pending: undefined });
    for (const name of ['messages_per_second', 'message_bytes', 'pending'])
      for (const value of [0, -1, 0.5, '1', true, [1], 1e12])
        await api.send('PATCH', '/spaces/7', { limits: { [name]: value } }).expect(422);
  });

  it('has no more webhooks than its limit, however many are created at once and in whatever way', async () => {
    await create({ id: 7, limits: { webhooks: 3 } });
    const hook = { url: 'https://example.com/hook', event_ids: [] };
    const declared = {
      space: 7,
      managed_by: 'test',
      webhooks: [
        { key: 'a', url: hook.url },
        { key: 'b', url: hook.url },
      ],
    };
    await webhookIn(7);
    await api.send('PUT', '/apply', declared).expect(200);
    const all = await Promise.all(Array.from({ length: 5 }, () => api.send('POST', '/webhooks/space/7', hook)));
    expect(all.map(({ status }) => status)).toEqual(Array(5).fill(422));
    const { body } = await api.send('POST', '/webhooks', { ...hook, space_id: 7 }).expect(422);
    expect(body.errors[0]).toMatchObject({
      message: expect.stringMatching(/^space 7 may have at most 3 webhooks and would have 4: delete some, /),
      source: 'space_id',
    });
    const more = { ...declared, webhooks: [...declared.webhooks, { key: 'c', url: hook.url }] };
    const { body: refused } = await api.send('PUT', '/apply', more).expect(422);
    // A dry run has the same answer.
    expect((await api.send('PUT', '/apply', { ...more, dry_run: true }).expect(422)).body).toEqual(refused);
    await api.send('PUT', '/apply', { ...declared, dry_run: true }).expect(200);
    const others = {
      ...declared,
      webhooks: [
        { key: 'c', url: hook.url },
        { key: 'd', url: hook.url },
      ],
    };
    await api.send('PUT', '/apply?prune=true', others);
    const { body: counted } = await api.send('GET', '/spaces/7').expect(200);
    expect(counted.webhooks).toBe(3);
    await api.send('PATCH', '/spaces/7', { limits: { webhooks: 4 } }).expect(200);
    const raced = await Promise.all(Array.from({ length: 5 }, () => api.send('POST', '/webhooks/space/7', hook)));
    expect(raced.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422, 422]);
  });

  it('exists by being used as a number, and counts its webhooks', async () => {
    await webhookIn(0);
    await webhookIn(9);
    await webhookIn(9);
    const { body } = await api.send('GET', '/spaces?webhooks=count').expect(200);
    expect(body.nodes).toMatchObject([
      { id: 0, name: '', tags: {}, webhooks: 1, created_by_id: 1 },
      { id: 9, name: '', tags: {}, webhooks: 2, created_by_id: 1 },
    ]);
    expect((await api.send('GET', '/spaces/9').expect(200)).body.webhooks).toBe(2);
    const refused = await api.send('POST', '/spaces', { id: 9 }).expect(409);
    expect(messageOf(refused)).toBe('space 9 exists already: change it with PATCH /spaces/9');
    await api.send('PATCH', '/spaces/9', { key: 'nine' }).expect(200);
    await webhookIn(9);
    expect((await api.send('GET', '/spaces/key:nine').expect(200)).body.webhooks).toBe(3);
    await api.send('GET', '/spaces/8').expect(404);
    await api.send('GET', '/webhooks/space/8').expect(200, { total: 0, nodes: [] });
  });

  it('without a number gets one that no webhook and no caller uses, however many are created at once', async () => {
    const { id: first } = await create({});
    expect(first).toBeGreaterThanOrEqual(1_000_000_000_000);
    await create({ id: first + 1 });
    await webhookIn(first + 2);
    const made = await Promise.all(Array.from({ length: 20 }, () => create({})));
    const ids = made.map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    expect(Math.min(...ids)).toBe(first + 3);
  });

  it('is created once, whoever asks for the same number or the same key at the same time', async () => {
    const statuses = async (body: object) => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => api.send('POST', '/spaces', body)));
      return answers.map(({ status }) => status).sort();
    };
    const once = [201, ...Array(7).fill(409)];
    expect(await statuses({ id: 5 })).toEqual(once);
    expect(await statuses({ key: 'five' })).toEqual(once);
  });

  it('has a key that no other space has, which is free again after the deletion', async () => {
    const { id } = await create({ key: 'eu' });
    const refused = await api.send('POST', '/spaces', { id: 3, key: 'eu' }).expect(409);
    expect(messageOf(refused)).toBe('another space has the key "eu" already: choose another key');
    await create({ id: 4 });
    await api.send('PATCH', '/spaces/4', { key: 'eu' }).expect(409);
    await api.send('DELETE', `/spaces/${id}?confirm=eu`).expect(200);
    await create({ id: 3, key: 'eu' });
  });

  it('is changed and deleted only from a revision that If-Match names', async () => {
    await create({ id: 7 });
    const changing = (method: string, path: string, revision: string) =>
      api.send(method, path, method === 'DELETE' ? undefined : { name: 'n' }).set('If-Match', revision);
    await changing('PATCH', '/spaces/7', '"2"').expect(412);
    await changing('PATCH', '/spaces/7', '"1"').expect(200);
    await changing('PUT', '/spaces/7', '"1"').expect(412);
    await changing('DELETE', '/spaces/7?confirm=7', '"1"').expect(412);
    await changing('DELETE', '/spaces/7?confirm=7', '"2"').expect(200);
  });

  it('is found in the list by its tags, its key and who manages it, page by page', async () => {
    for (const id of [1, 2, 3, 4]) await create({ id, tags: { half: String(id % 2) }, managed_by: id > 2 ? 'a' : 'b' });
    await api.send('PATCH', '/spaces/3', { key: 'three' }).expect(200);
    expect(await idsOf('?tag=half:1')).toEqual([1, 3]);
    expect(await idsOf('?tag=half:1&managed_by=a')).toEqual([3]);
    expect(await idsOf('?key=three')).toEqual([3]);
    const { body: first } = await api.send('GET', '/spaces?limit=3').expect(200);
    expect(first).toMatchObject({ total: 4, next_cursor: '3' });
    expect(await idsOf(`?limit=3&cursor=${first.next_cursor}`)).toEqual([4]);
  });
});

describe('the list of messages', () => {
  it('is narrowed to a space by its key', async () => {
    const webhookId = await webhookIn(7);
    await api.send('PATCH', '/spaces/7', { key: 'eu' }).expect(200);
    const { messageId } = await storeDelivery(api.db, { place: 'deliveries', webhookId });
    await storeDelivery(api.db, { place: 'deliveries', webhookId: await webhookIn(8) });
    const { body } = await api.send('GET', '/messages?space=key:eu').expect(200);
    expect(body.nodes.map(({ id }: { id: string }) => id)).toEqual([messageId]);
    expect(messageOf(await api.send('GET', '/messages?space=key:us').expect(404))).toBe('no space has the key "us"');
  });
});

describe('the deletion of a space', () => {
  it('needs a confirmation that names the space, and says before what would be deleted', async () => {
    const webhookId = await webhookIn(7);
    await webhookIn(7);
    await api.send('PATCH', '/spaces/7', { key: 'eu/west' }).expect(200);
    for (let n = 0; n < 3; n++) await storeDelivery(api.db, { place: 'deliveries', webhookId });
    const owned = await storeDelivery(api.db, { place: 'deliveries', webhookId });
    await api.db('deliveries').where({ id: owned.id }).update({ owner: owned.id });
    const sentence =
      'deleting space 7 ("eu/west") deletes 2 webhooks and cancels 4 deliveries: repeat the request with ?confirm=eu%2Fwest';
    for (const query of ['', '?confirm=', '?confirm=8', '?confirm=eu', '?confirm=key:eu/west']) {
      expect(messageOf(await api.send('DELETE', `/spaces/7${query}`).expect(409))).toBe(sentence);
    }
    expect((await api.send('GET', '/spaces/7').expect(200)).body.webhooks).toBe(2);
    await api.send('DELETE', '/spaces/7?confirm=7').expect(200, { webhooks: 2, cancelled: 4 });
    await api.send('GET', `/webhooks/${webhookId}`).expect(404);
    await api.send('GET', '/webhooks/space/7').expect(200, { total: 0, nodes: [] });
  });

  it('deletes the secrets of its webhooks, and nothing of another space', async () => {
    const [gone, stays] = [await webhookIn(7), await webhookIn(8)];
    await api.send('DELETE', '/spaces/7?confirm=7').expect(200, { webhooks: 1, cancelled: 0 });
    const left = await api.db('webhook_secrets').whereIn('webhook_id', [gone, stays]).distinct().pluck('webhook_id');
    expect(left).toEqual([stays]);
    await api.send('GET', `/webhooks/${stays}`).expect(200);
    expect(await idsOf('')).toEqual([8]);
  });

  it('leaves its number to a new space, which has nothing of the old one', async () => {
    await create({ id: 7, key: 'eu', name: 'Europe', tags: { a: 'b' }, managed_by: 'terraform' });
    await api.send('DELETE', '/spaces/7?confirm=7').expect(200);
    await webhookIn(7);
    const { body } = await api.send('GET', '/spaces/7').expect(200);
    expect(body).toMatchObject({ name: '', tags: {}, revision: 3, webhooks: 1, deleted_at: null });
    expect(body).not.toHaveProperty('key');
    await api.send('DELETE', '/spaces/7?confirm=7').expect(200);
    expect(await create({ id: 7, name: 'Again' })).toMatchObject({
      id: 7,
      name: 'Again',
      revision: 5,
      deleted_at: null,
    });
  });

  it('at the same time as registrations leaves no webhook without its space', async () => {
    let leftBefore = 0;
    for (let round = 0; round < 10; round++) {
      await webhookIn(7);
      const made: Promise<number>[] = [];
      for (let n = 0; n < 6; n++) made.push(webhookIn(7));
      const deleted = api.send('DELETE', '/spaces/7?confirm=7').expect(200);
      await Promise.all([...made, deleted]);
      const living = await api.db('webhooks').where({ space_id: 7 }).whereNull('deleted_at').count('* as n');
      const webhooks = (await deleted).body.webhooks;
      expect(webhooks + Number(living[0]?.n)).toBe(7 + leftBefore);
      const { status } = await api.send('GET', '/spaces/7');
      expect(status).toBe(Number(living[0]?.n) > 0 ? 200 : 404);
      leftBefore = Number(living[0]?.n);
    }
  });

  it('at the same time as changes of its webhooks ends for all of them', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => webhookIn(7)));
    const changes = ids.map((id) => api.send('PATCH', `/webhooks/${id}`, { name: 'n' }));
    const [{ status }, ...others] = await Promise.all([api.send('DELETE', '/spaces/7?confirm=7'), ...changes]);
    expect(status).toBe(200);
    expect(others.map((each) => each.status).filter((each) => each !== 200 && each !== 404)).toEqual([]);
    expect((await api.send('GET', '/webhooks?space_id=7').expect(200)).body.nodes).toEqual([]);
  });

  it('of 10,000 webhooks takes a few seconds at most', async () => {
    await api.db.raw(`insert into webhooks (name, url, enabled, space_id, created_by_id, updated_by_id)
      select '', 'http://a.example', true, 7, 1, 1 from generate_series(1, 10000)`);
    const start = performance.now();
    await api.send('DELETE', '/spaces/7?confirm=7').expect(200, { webhooks: 10_000, cancelled: 0 });
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(await api.db('webhooks').whereNull('deleted_at').count('* as n')).toEqual([{ n: '0' }]);
  });
});

describe('a caller with some spaces', () => {
  it('sees, changes, creates and deletes only those', async () => {
    for (const id of [1, 2, 3]) await create({ id, key: `key-${id}` });
    api.rest.spaces = [2, 5];
    expect(await idsOf('')).toEqual([2]);
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', {}],
      ['PUT', {}],
      ['DELETE', undefined],
    ] as const) {
      for (const path of ['1', 'key:key-1']) await api.send(method, `/spaces/${path}`, body).expect(404);
    }
    await api.send('GET', '/spaces/key:key-2').expect(200);
    expect(messageOf(await api.send('POST', '/spaces', { key: 'a' }).expect(403))).toMatch(/^name one of your spaces/);
    await api.send('POST', '/spaces', { id: 6 }).expect(403);
    await api.send('POST', '/spaces', { id: 5 }).expect(201);
  });
});

describe('a bad request', () => {
  it.each<[method: string, path: string, body: unknown, status: number, message: RegExp]>([
    ['POST', '/spaces', { id: -1 }, 422, /^id /],
    ['POST', '/spaces', { id: 1.5 }, 422, /^id /],
    ['POST', '/spaces', { id: '7' }, 422, /^id /],
    ['POST', '/spaces', { id: 2 ** 53 }, 422, /^id /],
    ['POST', '/spaces', { key: 'EU' }, 422, /a key has 1 to 127 characters/],
    ['POST', '/spaces', { key: '' }, 422, /a key has 1/],
    ['POST', '/spaces', { key: 'a'.repeat(128) }, 422, /^key /],
    ['POST', '/spaces', { name: 'a'.repeat(256) }, 422, /^name /],
    ['POST', '/spaces', { tags: { 'a b': 'c' } }, 422, /^tags/],
    ['POST', '/spaces', { managed_by: 'a'.repeat(65) }, 422, /^managed_by /],
    ['POST', '/spaces', { space: 7 }, 422, /space/],
    ['POST', '/spaces', [], 422, /./],
    ['PATCH', '/spaces/7', { key: 7 }, 422, /^key /],
    ['PATCH', '/spaces/x', {}, 400, /^Invalid ID$/],
    ['GET', '/spaces/-1', undefined, 400, /^Invalid ID$/],
    ['GET', '/spaces/key:EU', undefined, 400, /./],
    ['GET', '/spaces/key:none', undefined, 404, /^Record not found$/],
    ['GET', '/spaces?key=EU', undefined, 422, /a key has 1/],
    ['GET', '/spaces?webhooks=all', undefined, 422, /^webhooks /],
    ['GET', '/spaces?cursor=x', undefined, 422, /^cursor: /],
    ['DELETE', `/spaces/7?confirm=${'a'.repeat(128)}`, undefined, 422, /^confirm /],
  ])('%s %s %j is answered with %i', async (method, path, body, status, message) => {
    await create({ id: 7, key: 'eu' });
    expect(messageOf(await api.send(method, path, body).expect(status))).toMatch(message);
    expect(await idsOf('')).toEqual([7]);
  });
});
