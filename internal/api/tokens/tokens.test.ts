import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SCOPES } from '../../identity/scopes.js';
import { makeTestApi } from '../../testkit/kits/test-api.js';
import { makeTokenApi, type TokenApi } from '../../testkit/tokens/token-api.js';

let api: TokenApi;
beforeAll(async () => {
  api = await makeTokenApi();
  await api.send('POST', '/spaces', { id: 7, key: 'eu' }).expect(201);
});
afterAll(() => api.stop());

const errorOf = async (body: object, token?: string) => {
  const answer = await (token ? api.as(token, 'POST', '/tokens', body) : api.send('POST', '/tokens', body));
  return [answer.status, answer.body.errors?.[0].message, answer.body.errors?.[0].source];
};

it('a token is shown once, is stored as a digest, and is a principal of its role from its answer on', async () => {
  const body = { name: 'shop', role: 'space_writer', spaces: [8, 'key:eu'], expires_at: '2999-01-01T00:00:00Z' };
  const { body: made } = await api.send('POST', '/tokens', body).expect(201);
  expect(made).toMatchObject({ id: expect.any(Number), name: 'shop', role: 'space_writer', spaces: [8, 7] });
  expect(made.token).toMatch(new RegExp(`^hukz_${made.id}_[0-9A-Za-z]{43}$`));
  const { token, ...rest } = made;
  expect((await api.send('GET', `/tokens/${made.id}`).expect(200)).body).toEqual(rest);
  const { rows } = await api.db.raw('select tokens::text as row from tokens where id = ?', [made.id]);
  expect(rows[0].row).not.toContain(token.slice(-20));
  await api.as(token, 'GET', '/webhooks').expect(200);
  const refused = await api.as(token, 'POST', '/events', { event: 'a.b' }).expect(403);
  expect(refused.body.errors[0].message).toBe(
    'this request needs the scope events:write, which the caller does not have',
  );
});

it('an X-User beside a token is ignored, and is no way around a token that is not valid', async () => {
  const token = await api.token({ role: 'publisher' });
  await api.as(token, 'GET', '/webhooks').set('X-User', '1').expect(403);
  const { body, headers } = await api
    .as(`${token.slice(0, -1)}0`, 'GET', '/webhooks')
    .set('X-User', '1')
    .expect(401);
  expect(body).toEqual({ errors: [{ code: 401, message: 'Not allowed', source: 'Authorization' }] });
  expect(headers['www-authenticate']).toBe('Bearer');
});

it('a revoked token is a 401 at once, and does not exist any more', async () => {
  const { body: made } = await api.send('POST', '/tokens', { name: 'a', role: 'operator' }).expect(201);
  await api.as(made.token, 'GET', '/webhooks').expect(200);
  await api.send('DELETE', `/tokens/${made.id}`).expect(200, 'null');
  await api.as(made.token, 'GET', '/webhooks').expect(401);
  for (const [method, path] of [
    ['GET', `/tokens/${made.id}`],
    ['DELETE', `/tokens/${made.id}`],
    ['POST', `/tokens/${made.id}/rotate`],
  ] as const)
    await api.send(method, path).expect(404);
  const listed = (await api.send('GET', '/tokens?limit=100').expect(200)).body.nodes;
  expect(listed.map(({ id }: { id: number }) => id)).not.toContain(made.id);
  expect(JSON.stringify(listed)).not.toContain('hukz_');
});

it('a rotated token is known by both texts for the overlap, and by the new one alone without it', async () => {
  const { body: made } = await api.send('POST', '/tokens', { name: 'a', role: 'operator' }).expect(201);
  const { body: rotated } = await api.send('POST', `/tokens/${made.id}/rotate`).expect(200);
  expect(rotated).toMatchObject({ id: made.id, previous_valid_until: expect.any(String) });
  for (const { token } of [made, rotated]) await api.as(token, 'GET', '/webhooks').expect(200);
  const { body: last } = await api.send('POST', `/tokens/${made.id}/rotate`, { overlap: '0s' }).expect(200);
  for (const { token } of [made, rotated]) await api.as(token, 'GET', '/webhooks').expect(401);
  await api.as(last.token, 'GET', '/webhooks').expect(200);
});

it('a repeated request with an Idempotency-Key gets the same token without its text', async () => {
  const create = () => api.send('POST', '/tokens', { name: 'a', role: 'admin' }).set('Idempotency-Key', 'k');
  const [first, second] = [await create().expect(201), await create().expect(201)];
  const { token: _, ...rest } = first.body;
  expect(second.body).toEqual(rest);
});

it('a token makes tokens that may no more than itself, and sees those of its spaces', async () => {
  const admin = await api.token({ role: 'space_admin', spaces: [7] });
  const { body: made } = await api
    .as(admin, 'POST', '/tokens', { name: 'a', role: 'space_reader', spaces: [7] })
    .expect(201);
  expect(await errorOf({ name: 'a', role: 'admin' }, admin)).toEqual([403, expect.stringMatching('no more'), 'scopes']);
  expect(await errorOf({ name: 'a', role: 'publisher' }, admin)).toEqual([
    403,
    expect.stringMatching('no more'),
    'spaces',
  ]);
  const unknown = await errorOf({ name: 'a', role: 'space_reader', spaces: [9] }, admin);
  expect(unknown).toEqual([422, 'no space has the number 9', 'spaces']);
  const others = [await api.send('POST', '/tokens', { name: 'b', role: 'space_reader', spaces: [7, 8] }).expect(201)];
  others.push(await api.send('POST', '/tokens', { name: 'b', role: 'operator' }).expect(201));
  for (const { body: other } of others) {
    await api.as(admin, 'GET', `/tokens/${other.id}`).expect(404);
    await api.as(admin, 'POST', `/tokens/${other.id}/rotate`).expect(404);
    await api.as(admin, 'DELETE', `/tokens/${other.id}`).expect(404);
  }
  const { nodes, total } = (await api.as(admin, 'GET', '/tokens').expect(200)).body;
  expect([nodes.every(({ spaces }: { spaces: number[] }) => spaces.join() === '7'), total]).toEqual([
    true,
    nodes.length,
  ]);
  await api.as(admin, 'DELETE', `/tokens/${made.id}`).expect(200);
});

it('a token does not get the text of one in its spaces that may more', async () => {
  const scopes = ['tokens:write', 'tokens:read'];
  const keeper = await api.token({ scopes, spaces: [7] });
  const { body: strong } = await api
    .send('POST', '/tokens', { name: 's', role: 'space_admin', spaces: [7] })
    .expect(201);
  await api.as(keeper, 'POST', `/tokens/${strong.id}/rotate`).expect(403);
  await api.as(strong.token, 'GET', '/webhooks').expect(200);
});

it.each<[object, string, string]>([
  [{ role: undefined }, 'give either a role or scopes', 'role'],
  [{ scopes: ['logs:read'] }, 'give either a role or scopes', 'role'],
  [{ role: 'admin', spaces: [7] }, 'the role admin has all spaces', 'spaces'],
  [{ role: 'space_admin' }, 'the role space_admin names its spaces', 'spaces'],
  [{ role: undefined, scopes: ['events:write'], spaces: [7] }, 'events:write is about all spaces', 'scopes'],
  [{ role: 'space_reader', spaces: [7], events: ['a.b'] }, 'only a token that publishes has events', 'events'],
  [{ events: ['a..b'] }, 'empty tokens', 'events.0'],
  [{ expires_at: '2000-01-01T00:00:00Z' }, 'in the future', 'expires_at'],
  [{ role: 'emperor' }, 'role', 'role'],
  [{ spaces: ['key:us'] }, 'no space has the key "us"', 'spaces'],
  [{ name: ' ' }, 'a token needs a name', 'name'],
])('the token %j is refused by a sentence', async (more, sentence, source) => {
  const before = (await api.send('GET', '/tokens').expect(200)).body.total;
  const answer = await errorOf({ name: 'a', role: 'publisher', ...more });
  expect(answer).toEqual([422, expect.stringContaining(sentence), expect.stringContaining(source.split('.')[0] ?? '')]);
  expect((await api.send('GET', '/tokens').expect(200)).body.total).toBe(before);
});

it('an address is refused after 20 tokens a minute that are not valid, and its valid token is not', async () => {
  const other = await makeTokenApi();
  const token = await other.token({ scopes: [...SCOPES.keys()] });
  const wrong = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
  const statuses: number[] = [];
  for (let n = 0; n < 22; n++) statuses.push((await other.as(wrong, 'GET', '/webhooks')).status);
  expect(statuses.slice(0, 20).every((status) => status === 401)).toBe(true);
  expect(statuses).toContain(429);
  for (const open of ['/ping', '/health/alive', '/openapi.json']) await other.as(wrong, 'GET', open).expect(200);
  await other.as(wrong, 'GET', '/webhooks').expect(429);
  await other.as(token, 'GET', '/webhooks').expect(200);
  await other.send('GET', '/webhooks').expect(200);
  expect(other.refused).toContain('failed_logins');
  expect(JSON.stringify([other.lines, other.refused])).not.toContain('hukz_');
  await other.stop();
});

it('a service that accepts no tokens makes none', async () => {
  const closed = await makeTestApi({ acceptsTokens: false, logins: { user: true, token: false } });
  const { body } = await closed.send('POST', '/tokens', { name: 'a', role: 'admin' }).expect(409);
  expect(body.errors[0].message).toMatch('AUTH=x-user');
  await closed.stop();
});
