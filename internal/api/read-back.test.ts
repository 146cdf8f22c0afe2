import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeVault } from '../store/secrets/vault.js';
import { OAUTH2, pems, SETTING_FORMS } from '../testkit/kits/setting-forms.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await makeTestApi({ vault: makeVault([{ id: 'k', key: randomBytes(32) }]), webhookProxies: true });
  await api.db('events').insert({ created_by_id: 1, updated_by_id: 1, name: '', event: 'tag.created' });
});
afterAll(() => api.stop());

const EACH = Object.entries(SETTING_FORMS).flatMap(([name, forms]) =>
  forms.map((form, nth) => [name, nth, { [name]: form }] as const),
);
const EVERYTHING = Object.fromEntries(Object.entries(SETTING_FORMS).map(([name, [first]]) => [name, first] as const));
/** The conditions of a webhook that hukz sets in addition to the users' decisions. */
const CONDITIONS = [
  'paused_at = now()',
  'circuit_opened_at = now()',
  `enabled = false, disabled_because = 'x', disabled_at = now()`,
];

const make = async (settings: object) => {
  const body = { url: 'https://a.example/hook', name: 'n', event_ids: [1], tags: { app: 'x' }, ...settings };
  return (await api.send('POST', '/webhooks', body).expect(201)).body.id as number;
};
const read = async (id: number) => (await api.send('GET', `/webhooks/${id}`).expect(200)).body;
/** All stored fields of a webhook except the last change's user, time and number. */
const stored = async (id: number) => {
  const {
    updated_at: _,
    updated_by_id: __,
    catalog_version: ___,
    revision: ____,
    ...webhook
  } = await api.db('webhooks').where({ id }).first();
  const parts = ['webhook_secrets', 'webhook_health', 'resumes', 'webhook_events'];
  const rows = await Promise.all(parts.map((table) => api.db(table).where({ webhook_id: id }).orderBy(1)));
  return [webhook, ...rows];
};
const changeOf = ({ updated_at, revision }: { updated_at: string; revision: number }) => ({ updated_at, revision });
const expectUnchanged = async (id: number) => {
  const [answer, before] = [await read(id), await stored(id)];
  for (const method of ['PUT', 'PATCH']) {
    const { body } = await api.send(method, `/webhooks/${id}`, answer).expect(200);
    expect({ ...body, ...changeOf(answer) }).toEqual(answer);
    expect(await stored(id)).toEqual(before);
  }
};

describe('a webhook that is sent back as it was read stays as it is', () => {
  it.each(EACH)('with %s, %i', async (_name, _nth, setting) => expectUnchanged(await make(setting)));

  it.each(SETTING_FORMS.signature)('with the secret that an answer shows once: %j', async (signature) => {
    const body = { url: 'https://a.example/hook', name: 'n', event_ids: [1], tags: {}, signature };
    const made = (await api.send('POST', '/webhooks', body).expect(201)).body;
    const path = `/webhooks/${made.id}`;
    const answers = [made];
    if (made.signature?.scheme !== 'none')
      answers.push((await api.send('POST', `${path}/secret/rotate`).expect(200)).body);
    const before = await stored(made.id);
    for (const method of ['PUT', 'PATCH']) {
      await api.send(method, path, answers.at(-1)).expect(200);
      expect(await stored(made.id)).toEqual(before);
    }
    // The secret of the first answer is not the present one any more.
    for (const method of made.secret === undefined || answers.length === 1 ? [] : ['PUT', 'PATCH']) {
      const { body: refused } = await api
        .send(method, path, made)
        .expect(({ status }) => expect([409, 422]).toContain(status));
      expect(refused.errors[0].source).toBe('secret');
      expect(await stored(made.id)).toEqual(before);
    }
  });

  it('with everything switched on', async () => {
    const id = await make(EVERYTHING);
    expect(Object.keys(await read(id))).toEqual(expect.arrayContaining(Object.keys(SETTING_FORMS)));
    await expectUnchanged(id);
  });

  it.each(CONDITIONS)('while it rests: %s', async (condition) => {
    const id = await make({ breaker: condition.includes('circuit') ? {} : 'off' });
    await api.db.raw(`update webhooks set ${condition} where id = ?`, [id]);
    await api.db('webhook_health').insert({ webhook_id: id, failing_since: new Date(), because: 'x', probes: 2 });
    await api.db('resumes').insert({ webhook_id: id, per_second: 2, drop_before: new Date() });
    await expectUnchanged(id);
  });

  it('though what it has would be refused by now: its url, its proxy, a certificate that has expired', async () => {
    let problem: string | undefined;
    const later = await makeTestApi({ receiverProblem: () => problem });
    const body = { url: 'https://a.example/hook', event_ids: [], auth: { ...OAUTH2, issuer: 'https://id.example' } };
    const { id } = (await later.send('POST', '/webhooks', body).expect(201)).body;
    problem = 'it is not allowed any more';
    const settings = { proxy: { host: 'proxy.example', port: 3128 }, tls: { ca: pems.expired.cert } };
    await later
      .db('webhooks')
      .update({ own_settings: later.db.raw('own_settings || ?::jsonb', [JSON.stringify(settings)]) });
    const answer = (await later.send('GET', `/webhooks/${id}`).expect(200)).body;
    expect(answer).toMatchObject({ proxy: 'http://proxy.example:3128', tls: { ca: pems.expired.cert } });
    for (const method of ['PUT', 'PATCH']) {
      const { body: same } = await later.send(method, `/webhooks/${id}`, answer).expect(200);
      expect({ ...same, ...changeOf(answer) }).toEqual(answer);
    }
    for (const change of [
      { url: 'https://a.example/other' },
      { auth: { ...OAUTH2, issuer: 'https://other.example' } },
      { proxy: 'http://proxy.example:3129' },
      { tls: { certificate: pems.expired.cert, key: pems.expired.key } },
    ])
      await later.send('PATCH', `/webhooks/${id}`, change).expect(422);
    await later.stop();
  });

  it('and so does an event', async () => {
    const answer = (await api.send('GET', '/events/1').expect(200)).body;
    const { body } = await api.send('PUT', '/events/1', answer).expect(200);
    expect({ ...body, ...changeOf(answer) }).toEqual(answer);
  });
});

it('the hint of a secret keeps it if nothing else of it has changed, and never replaces another', async () => {
  const id = await make({ auth: { type: 'basic', username: 'me', password: 'a-secret-of-ours' } });
  const { auth } = await read(id);
  const put = (given: object) => api.send('PUT', `/webhooks/${id}`, { auth: given });
  expect((await put({ ...auth, username: 'you' }).expect(200)).body.auth).toEqual({ ...auth, username: 'you' });
  const refused = await put({ type: 'bearer', hint: auth.hint }).expect(409);
  expect(refused.body.errors[0]).toMatchObject({ source: 'auth', message: 'auth.token is a required field' });
  expect((await put({ ...auth, password: 'another-secret-of-ours-1234' }).expect(200)).body.auth.hint).toBe('1234');
});
