import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeVault } from '../../store/secrets/vault.js';
import { SETTING_FORMS } from '../../testkit/kits/setting-forms.js';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';

let api: TestApi;
/** Another instance on the same database. */
let second: TestApi;
let live = 0;

beforeAll(async () => {
  const vault = makeVault([{ id: 'k', key: randomBytes(32) }]);
  api = await makeTestApi({ vault, webhookProxies: true });
  api.rest.catalogChanged = async () => void live++;
  second = await makeTestApi({ db: api.db, pool: api.pool, vault, webhookProxies: true });
});
afterAll(async () => {
  await second.stop();
  await api.stop();
});
beforeEach(async () => {
  await api.db.raw('truncate events, webhooks, webhook_events, webhook_secrets, replays restart identity cascade');
});

const EVENT = { key: 'tags/created', event: 'tag.created' };
const HOOK = { key: 'search/index', url: 'https://a.example/hook', events: ['key:tags/created'] };
const apply = (given: object, status = 200) =>
  api.send('PUT', '/apply', { managed_by: 'terraform', ...given }).expect(status);
const planOf = async (given: object, status = 200) => (await apply(given, status)).body.plan;
const doings = (plan: readonly { do: string }[]) => plan.map((step) => step.do);
const exported = async (query = '') => (await api.send('GET', `/export${query}`).expect(200)).body;

/** Everything that is stored, with the transactions that have written it. */
async function stored() {
  const tables = ['events', 'webhooks', 'webhook_events', 'webhook_secrets', 'replays'];
  return Promise.all(
    tables.map(async (table) => (await api.db.raw(`select xmin::text, t.* from ${table} t order by 1, 2`)).rows),
  );
}

describe('a declaration', () => {
  it('creates events and webhooks, and shows generated secrets once', async () => {
    const { body } = await apply({ events: [EVENT], webhooks: [HOOK] });
    expect(body).toMatchObject({ applied: true, replays: 0 });
    expect(body.plan).toEqual([
      { kind: 'event', key: EVENT.key, id: 1, do: 'create', fields: [] },
      { kind: 'webhook', key: HOOK.key, id: 1, do: 'create', fields: [], secret: expect.stringMatching(/^whsec_/) },
    ]);
    const webhook = (await api.send('GET', '/webhooks/1').expect(200)).body;
    expect(webhook).toMatchObject({ key: HOOK.key, managed_by: 'terraform', url: HOOK.url, events: [{ id: 1 }] });
  });

  it('changes what differs, names it, and resets what it does not say', async () => {
    const auth = { type: 'bearer', token: 'the-first-token' };
    await apply({
      events: [EVENT],
      webhooks: [{ ...HOOK, auth, headers: { 'x-api-key': 'a', 'x-b': 'b' }, timeout: '5s' }],
    });
    const changed = { ...HOOK, url: 'https://a.example/hook?token=abc', auth: { ...auth, token: 'the-second-token' } };
    const plan = await planOf({ webhooks: [{ ...changed, headers: { 'x-api-key': 'c', 'x-b': 'b' }, name: 'n' }] });
    expect(plan).toMatchObject([{ do: 'change', id: 1 }]);
    expect([...plan[0].fields].sort()).toEqual(['auth.token', 'headers.x-api-key', 'name', 'timeout', 'url']);
    const webhook = (await api.send('GET', '/webhooks/1').expect(200)).body;
    expect(webhook).toMatchObject({ name: 'n', url: 'https://a.example/hook?token=***' });
    expect(webhook.timeout).toBeUndefined();
    expect(webhook.auth.hint).toBe('oken');
    await expect(planOf({ webhooks: [HOOK] })).resolves.toMatchObject([
      { fields: expect.arrayContaining(['auth', 'headers']) },
    ]);
    expect((await api.send('GET', '/webhooks/1').expect(200)).body.auth).toBeUndefined();
  });

  it('rotates a signing secret that differs, with an overlap', async () => {
    const secret = (n: number) => `whsec_${Buffer.alloc(24, n).toString('base64')}`;
    await apply({ webhooks: [{ ...HOOK, events: [], secret: secret(1) }] });
    expect(doings(await planOf({ webhooks: [{ ...HOOK, events: [], secret: secret(1) }] }))).toEqual(['keep']);
    const plan = await planOf({ webhooks: [{ ...HOOK, events: [], secret: secret(2) }] });
    expect(plan).toMatchObject([{ do: 'change', fields: ['secret'] }]);
    const { secrets } = (await api.send('GET', '/webhooks/1').expect(200)).body;
    expect(secrets).toEqual([
      expect.objectContaining({ hint: secret(2).slice(-4), expires_at: null }),
      expect.objectContaining({ expires_at: expect.any(String) }),
    ]);
    expect(doings(await planOf({ webhooks: [{ ...HOOK, events: [], secret: secret(2) }] }))).toEqual(['keep']);
  });

  it('names events by key, id and subject, also those that it creates', async () => {
    const { id } = (await api.send('POST', '/events', { event: 'tag.deleted' }).expect(201)).body;
    const events = ['key:tags/created', 'tag.created', 'tag.deleted', id];
    await apply({ events: [EVENT], webhooks: [{ ...HOOK, events }] });
    expect(
      (await api.send('GET', '/webhooks/1').expect(200)).body.events.map((each: { event: string }) => each.event),
    ).toEqual(['tag.deleted', 'tag.created']);
    expect(doings(await planOf({ events: [EVENT], webhooks: [{ ...HOOK, events }] }))).toEqual(['keep', 'keep']);
  });

  it('of a thousand webhooks writes nothing the second time, notifies nobody, and replays nothing', async () => {
    const webhooks = Array.from({ length: 1000 }, (_, n) => ({
      key: `hook-${n}`,
      url: `https://a.example/${n}?token=abcdefgh${n}`,
      events: ['tag.created'],
      headers: { 'x-api-key': `key-${n}` },
      auth: { type: 'bearer', token: `token-${n}-of-ours` },
    }));
    const declared = { events: [EVENT], webhooks, prune: true, on_change: 'missing' };
    const { body } = await apply(declared);
    expect([body.applied, body.replays, body.plan.length]).toEqual([true, 1000, 1001]);
    const before = await stored();
    const calls = live;
    const { body: again } = await apply(declared);
    expect([again.applied, again.replays]).toEqual([true, 0]);
    expect(new Set(doings(again.plan))).toEqual(new Set(['keep']));
    expect(await stored()).toEqual(before);
    expect(live).toBe(calls);
  });

  it('is only planned by a dry run', async () => {
    await apply({ events: [EVENT], webhooks: [HOOK] });
    const before = await stored();
    const given = {
      events: [{ ...EVENT, name: 'n' }],
      webhooks: [{ ...HOOK, key: 'other' }],
      prune: true,
      dry_run: true,
    };
    const { body } = await apply(given);
    expect(body).toMatchObject({ applied: false, replays: 0 });
    expect(doings(body.plan)).toEqual(['change', 'create', 'remove']);
    expect(await stored()).toEqual(before);
  });

  it('prunes what has the same manager and is not declared any more, and only the kinds that it lists', async () => {
    await apply({ events: [EVENT], webhooks: [HOOK, { ...HOOK, key: 'second' }] });
    await api.send('POST', '/webhooks', { url: 'https://a.example', event_ids: [], key: 'mine' }).expect(201);
    await apply({ managed_by: 'else', webhooks: [{ ...HOOK, key: 'theirs' }] });
    expect(doings(await planOf({ webhooks: [HOOK], prune: true }))).toEqual(['keep', 'remove']);
    const { nodes } = (await api.send('GET', '/webhooks').expect(200)).body;
    expect(nodes.map((each: { key: string }) => each.key)).toEqual([HOOK.key, 'mine', 'theirs']);
    const refused = await apply({ events: [], webhooks: [], prune: true }, 409);
    expect(refused.body.plan).toMatchObject([
      { kind: 'event', do: 'conflict', because: 'webhook 4 has the event' },
      { do: 'remove' },
    ]);
    await apply({ managed_by: 'else', webhooks: [], prune: true });
    expect(doings(await planOf({ events: [], webhooks: [], prune: true }))).toEqual(['remove', 'remove']);
    expect((await api.send('GET', '/events').expect(200)).body.total).toBe(0);
  });

  it.each<[string, object, object, RegExp]>([
    [
      'a webhook of nobody',
      { url: 'https://a.example', event_ids: [], key: HOOK.key },
      { webhooks: [{ ...HOOK, events: [] }] },
      /webhook 1 has no managed_by/,
    ],
    [
      'a webhook of another',
      { url: 'https://a.example', event_ids: [], key: HOOK.key, managed_by: 'you' },
      { webhooks: [{ ...HOOK, events: [] }] },
      /has the managed_by "you"/,
    ],
    ['an event with the subject', { event: EVENT.event }, { events: [EVENT] }, /event 1 has no managed_by/],
  ])('with %s is a conflict, applies nothing, and may take it over', async (_name, object, declared, message) => {
    await api.send('POST', 'event' in object ? '/events' : '/webhooks', object).expect(201);
    const before = await stored();
    const other = { ...HOOK, key: 'other', events: [] };
    const all = { ...declared, webhooks: [...('webhooks' in declared ? (declared.webhooks as object[]) : []), other] };
    const { body } = await apply(all, 409);
    expect(body).toMatchObject({ applied: false, errors: [{ code: 409, message: expect.stringMatching(message) }] });
    expect(doings(body.plan)).toEqual(['conflict', 'create']);
    expect(await stored()).toEqual(before);
    expect(doings(await planOf({ ...all, take_over: true }))).toEqual(['change', 'create']);
    expect(doings(await planOf(all))).toEqual(['keep', 'keep']);
  });

  it('of two at once is applied after the other, and sees its result', async () => {
    const webhooks = Array.from({ length: 20 }, (_, n) => ({ ...HOOK, key: `hook-${n}` }));
    const given = { events: [EVENT], webhooks };
    const body = { managed_by: 'terraform', ...given };
    const answers = await Promise.all([apply(given), second.send('PUT', '/apply', body).expect(200)]);
    const found = answers.map(({ body }) => [...new Set(doings(body.plan))].join()).sort();
    expect(found).toEqual(['create', 'keep']);
    expect(await api.counts()).toMatchObject({ events: 1, webhooks: 20 });
  });

  it.each([
    ['before the commit', 'immediate', /, and nothing was applied; try again later$/],
    ['in the commit', 'deferred', /^.* during the commit: either all .* or nothing; repeat the/],
  ])('says what an outage of the database %s has left', async (_name, timing, message) => {
    const before = await stored();
    await api.db.raw(`create function hang_up() returns trigger language plpgsql as $$ begin
      perform pg_terminate_backend(pg_backend_pid()); return null; end $$`);
    await api.db.raw(`create constraint trigger hang_up after insert on webhooks deferrable initially ${timing}
      for each row execute function hang_up()`);
    const { body } = await apply({ events: [EVENT], webhooks: [HOOK] }, 503);
    await api.db.raw('drop function hang_up cascade');
    expect(body.errors).toEqual([{ code: 503, message: expect.stringMatching(message) }]);
    expect(await stored()).toEqual(before);
    expect(doings(await planOf({ events: [EVENT], webhooks: [HOOK] }))).toEqual(['create', 'create']);
  });

  it('of two at once that prune each other, the later one decides what is stored', async () => {
    const hooks = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => ({ ...HOOK, key: `hook-${from + n}` }));
    const overlapping = { first: hooks(0, 30), second: hooks(15, 45) };
    const keysOf = (list: readonly { key: string }[]) => list.map(({ key }) => key).sort();
    for (let round = 0; round < 8; round++) {
      const body = { managed_by: 'terraform', prune: true, events: [EVENT] };
      const answers = await Promise.all([
        api.send('PUT', '/apply', { ...body, webhooks: overlapping.first }),
        second.send('PUT', '/apply', { ...body, webhooks: overlapping.second }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const left: string[] = await api.db('webhooks').whereNull('deleted_at').orderBy('key').pluck('key');
      expect([keysOf(overlapping.first), keysOf(overlapping.second)]).toContainEqual(left.sort());
    }
  });

  it('of two at once, of which one removes the event that the other one uses, leaves no webhook without it', async () => {
    const found = new Set<string>();
    for (let round = 0; round < 12; round++) {
      await apply({ managed_by: 'a', events: [EVENT] });
      const using = { managed_by: 'b', space: 7, prune: true, webhooks: [HOOK] };
      const [removing, used] = await Promise.all([
        api.send('PUT', '/apply', { managed_by: 'a', events: [], prune: true }),
        second.send('PUT', '/apply', using),
      ]);
      found.add(`${removing.status} ${used.status}`);
      const [{ events, webhooks } = {}] = await api
        .db('webhook_events')
        .join('webhooks', 'webhooks.id', 'webhook_id')
        .join('events', 'events.id', 'event_id')
        .whereNull('webhooks.deleted_at')
        .select(
          api.db.raw('count(*)::int as webhooks, count(*) filter (where events.deleted_at is null)::int as events'),
        );
      expect(events).toBe(webhooks);
      expect(webhooks).toBe(used.status === 200 ? 1 : 0);
      await apply({ ...using, webhooks: [] });
    }
    // The webhook is stored, and the event stays; or the event is removed, and the webhook refused.
    expect([...found].filter((each) => each !== '409 200' && each !== '200 422')).toEqual([]);
  });

  it('of two at once with opposite managers is applied after the other', async () => {
    const webhooks = Array.from({ length: 20 }, (_, n) => ({ ...HOOK, key: `hook-${n}` }));
    const given = { events: [EVENT], webhooks, prune: true, take_over: true };
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all([
        api.send('PUT', '/apply', { ...given, managed_by: 'a' }),
        second.send('PUT', '/apply', { ...given, managed_by: 'b', webhooks: webhooks.toReversed() }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const managers = await api.db('webhooks').whereNull('deleted_at').distinct().pluck('managed_by');
      expect(managers).toHaveLength(1);
      expect(await api.counts()).toMatchObject({ events: 1, webhooks: 20 });
    }
  });

  it('starts the replays that it asks for, of enabled webhooks that are created or changed', async () => {
    const disabled = { ...HOOK, key: 'disabled', enabled: false };
    expect((await apply({ events: [EVENT], webhooks: [HOOK, disabled], on_change: 'all' })).body.replays).toBe(1);
    const changed = { webhooks: [{ ...HOOK, name: 'n' }, disabled], on_change: 'all' };
    expect((await apply(changed)).body.replays).toBe(5);
    const { nodes } = (await api.send('GET', '/webhooks/1/replays').expect(200)).body;
    expect(nodes.map((each: { outcome: string }) => each.outcome).sort()).toEqual([
      'cancelled',
      'dead',
      'delivered',
      'lost',
      'missing',
      'missing',
    ]);
  });
});

describe('an export that is applied again', () => {
  const EACH = Object.entries(SETTING_FORMS).flatMap(([name, forms]) =>
    forms.map((form, nth) => [name, nth, { [name]: form }] as const),
  );
  const URLS = [
    'https://a.example/hook',
    'https://hooks.slack.com/services/T0/B0/abcdefgh',
    'https://a.example/?sig=abc',
  ];

  it.each([
    ...EACH,
    ...URLS.map((url, nth) => ['url', nth, { url }] as const),
    ['headers', 2, { headers: { 'x-api-key': 'abc', 'x-team': 'b' } }] as const,
    ['auth', 9, { auth: { ...(SETTING_FORMS.auth[4] as object), token_url: 'https://id.example/t?key=abc' } }] as const,
    ['enabled', 0, { enabled: false, name: 'n', tags: { a: 'b' } }] as const,
  ])('keeps %s %i, with its secrets', async (_name, _nth, setting) => {
    await apply({ events: [EVENT], webhooks: [{ ...HOOK, ...setting }] });
    const before = await stored();
    const declaration = await exported('?managed_by=terraform');
    expect(JSON.stringify(declaration)).not.toMatch(/secret-of-ours|sesame|PRIVATE KEY|abcdefgh|\*\*\*/);
    const { body } = await apply(declaration);
    expect(body.plan.map((step: { do: string; fields: string[] }) => [step.do, step.fields])).toEqual([
      ['keep', []],
      ['keep', []],
    ]);
    expect(await stored()).toEqual(before);
  });

  it('names a variable for each secret, and keeps webhooks apart', async () => {
    const auth = { type: 'bearer', token: 'a-secret-of-ours' };
    await apply({
      events: [EVENT],
      webhooks: [
        { ...HOOK, auth },
        { ...HOOK, key: 'search-index', auth },
      ],
    });
    const { webhooks } = await exported();
    expect(webhooks[1]).toMatchObject({
      secret: 'env:HUKZ_SEARCH_INDEX_SECRET',
      auth: { token: 'env:HUKZ_SEARCH_INDEX_AUTH_TOKEN' },
    });
    expect(webhooks[0].auth.token).toMatch(/^env:HUKZ_SEARCH_INDEX_[0-9A-F]{8}_AUTH_TOKEN$/);
  });

  it('counts what has no key, and has the webhooks of one space', async () => {
    await api.send('POST', '/webhooks', { url: 'https://a.example', event_ids: [], space_id: 7 }).expect(201);
    await apply({ space: 7, webhooks: [{ ...HOOK, events: [] }] });
    expect((await exported()).webhooks).toEqual([]);
    expect(await exported('?space=7')).toMatchObject({
      space: 7,
      webhooks: [{ key: HOOK.key }],
      skipped: { events: 0, webhooks: 1 },
    });
  });
});

describe('a declaration with mistakes', () => {
  it.each<[object, string, RegExp]>([
    [{ managed_by: '' }, 'managed_by', /^managed_by/],
    [{ prun: true }, 'prun', /^there is no field "prun"$/],
    [{ events: {} }, 'events', /^events must be a list$/],
    [{ events: [1] }, 'events[0]', /^events\[0\]: the body must be a JSON object$/],
    [{ events: [{ event: 'a' }] }, 'events[0].key', /^events\[0\]\.key is a required field$/],
    [{ events: [EVENT, EVENT] }, 'events[1].key', /^events\[1\]\.key: events\[0\] has the same$/],
    [{ events: [EVENT, { ...EVENT, key: 'b' }] }, 'events[1].event', /^events\[1\]\.event: events\[0\] has the same$/],
    [{ webhooks: [HOOK] }, 'webhooks[0].events', /^webhooks\[0\]\.events: there is no event key:tags\/created$/],
    [{ webhooks: [{ ...HOOK, url: 'x' }] }, 'webhooks[0].url', /^webhooks\[0\]\.url/],
    [{ webhooks: [{ ...HOOK, events: [], nam: 'x' }] }, 'webhooks[0].nam', /^webhooks\[0\]: there is no field "nam"$/],
    [{ webhooks: [{ ...HOOK, events: [], managed_by: 'x' }] }, 'webhooks[0].managed_by', /there is no field/],
    [
      { webhooks: [{ ...HOOK, events: [], auth: { type: 'bearer' } }] },
      'webhooks[0].auth',
      /auth\.token is a required field$/,
    ],
    [
      { webhooks: [{ ...HOOK, events: [], auth: { type: 'bearer', token: 'env:A' } }] },
      'webhooks[0].auth.token',
      /placeholder/,
    ],
    [{ webhooks: [{ ...HOOK, events: [], url: 'env:A' }] }, 'webhooks[0].url', /placeholder/],
    [
      { webhooks: [{ ...HOOK, events: [], url: 'https://a.example/?token=***' }] },
      'webhooks[0].url',
      /send the whole URL/,
    ],
  ])('%j is refused with its place, and stores nothing', async (given, source, message) => {
    const { body } = await apply(given, 422);
    expect(body.errors[0]).toMatchObject({ code: 422, source, message: expect.stringMatching(message) });
    expect(await api.counts()).toMatchObject({ events: 0, webhooks: 0 });
  });

  it('has all of them answered, up to a hundred', async () => {
    const webhooks = Array.from({ length: 150 }, (_, n) => ({ ...HOOK, key: `k${n}`, url: 'x' }));
    expect((await apply({ webhooks: webhooks.slice(0, 30) }, 422)).body.errors).toHaveLength(30);
    expect((await apply({ webhooks }, 422)).body.errors).toHaveLength(100);
  });

  it('has a secret that would go to another receiver sent again', async () => {
    const auth = { type: 'bearer', token: 'a-secret-of-ours' };
    await apply({ webhooks: [{ ...HOOK, events: [], auth }] });
    const moved = { ...HOOK, events: [], url: 'https://b.example', auth: { type: 'bearer', token: 'env:A' } };
    const { body } = await apply({ webhooks: [moved] }, 422);
    expect(body.errors[0]).toMatchObject({
      source: 'webhooks[0].auth',
      message: expect.stringMatching(/must be sent again/),
    });
  });

  it.each<[string, string, number]>([
    ['no object', '[]', 422],
    ['an object that does not end', '{"managed_by":"a","webhooks":[{"key":"a"}', 422],
    ['a list twice', '{"managed_by":"a","events":[],"events":[]}', 422],
    ['too many objects', `{"managed_by":"a","events":[${Array(10_001).fill('{}').join()}]}`, 422],
    ['too many bytes', `{"managed_by":"${'a'.repeat(17 << 20)}"}`, 413],
  ])('is refused: %s', async (_name, text, status) => {
    const { body } = await api.send('PUT', '/apply').set('Content-Type', 'application/json').send(text).expect(status);
    expect(body.errors[0].code).toBe(status);
  });

  it('asks NATS about new subjects before it stores anything', async () => {
    api.rest.intakeProblem = 'x';
    await apply({ events: [EVENT] }, 503);
    api.rest.intakeProblem = undefined;
    expect(await api.counts()).toMatchObject({ events: 0 });
  });
});
