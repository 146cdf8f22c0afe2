import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authenticateUser } from '../identity/authenticate.js';
import { SCOPES, type Scope } from '../identity/scopes.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import type { OpenApi } from './document/openapi.js';
import { scopedEndpoint } from './http/endpoint.js';

describe('a caller of the API', () => {
  let api: TestApi;
  let document: OpenApi;
  /** The scopes of each caller. */
  let scopes: ReadonlySet<Scope> = new Set(SCOPES.keys());

  beforeAll(async () => {
    api = await makeTestApi({
      authenticate: (header) => {
        const user = authenticateUser(header);
        return user && { ...user, scopes };
      },
    });
    document = (await api.send('GET', '/openapi.json').expect(200)).body;
  });
  afterAll(() => api.stop());

  /** Every operation of the document, with the scopes that it needs. */
  const operations = () =>
    Object.entries(document.paths).flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, { security }]) => ({
        method: method.toUpperCase(),
        path: template.replaceAll(/\{\w+\}/g, '1'),
        needed: security?.[0].user ?? [],
      })),
    );
  const scoped = () =>
    operations().flatMap(({ needed, ...request }) => needed.map((scope) => ({ ...request, scope, needed })));

  it('without a principal gets a 401 of exactly the operations that have a scope, and of every path beside them', async () => {
    expect(scoped().length).toBeGreaterThan(30);
    for (const { method, path, needed } of operations()) {
      const { status } = await api.send(method, path, undefined, '');
      expect([method, path, status === 401]).toEqual([method, path, needed.length > 0]);
    }
    for (const path of ['/webhooks/1/nothing', '/events/1/nothing', '/accounting/nothing'])
      await api.send('GET', path, undefined, '').expect(401);
    await api.send('GET', '/nothing', undefined, '').expect(404);
  });

  it('with every scope but one is refused where it is needed, before the request is read', async () => {
    const before = await api.counts();
    for (const { method, path, scope } of scoped()) {
      scopes = new Set([...SCOPES.keys()].filter((each) => each !== scope));
      const { status, body } = await api.send(method, path);
      const message = `this request needs the scope ${scope}, which the caller does not have`;
      expect([method, path, status, body]).toEqual([method, path, 403, { errors: [{ code: 403, message }] }]);
    }
    expect(await api.counts()).toEqual(before);
  });

  it('with the scopes that are needed, and no other, is answered', async () => {
    for (const { method, path, needed } of scoped()) {
      scopes = new Set(needed);
      const { status } = await api.send(method, path);
      expect([method, path, status === 403]).toEqual([method, path, false]);
    }
  });

  it('without the scope for replays is refused a declaration that starts some, before anything is stored', async () => {
    scopes = new Set(['webhooks:write', 'events:write']);
    const before = await api.counts();
    const apply = (given: object) =>
      api.send('PUT', '/apply', { managed_by: 'a', events: [{ key: 'a', event: 'a.b' }], ...given });
    const message = 'on_change needs the scope replays:write, which the caller does not have';
    const errors = [{ code: 403, message, source: 'on_change' }];
    for (const given of [{ on_change: 'missing' }, { on_change: 'all' }, { on_change: 'all', dry_run: true }]) {
      await apply(given).expect(403, { errors });
    }
    expect(await api.counts()).toEqual(before);
    await apply({ on_change: 'none' }).expect(200);
    scopes = new Set([...scopes, 'replays:write']);
    await apply({ on_change: 'all' }).expect(200);
  });
});

it('an endpoint that declares no scope, or an unknown one, does not compile', async () => {
  const words = { method: 'get', path: '/things', operationId: 'getThings', summary: 'Things', answers: {} } as const;
  const answer = async () => ({ status: 200, json: null });
  // @ts-expect-error: the scope is missing.
  scopedEndpoint(words, answer);
  // @ts-expect-error: there is no such scope.
  scopedEndpoint({ ...words, scope: 'things:read' }, answer);
  expect(scopedEndpoint({ ...words, scope: 'events:read' }, answer)).toMatchObject({ scope: 'events:read' });
});
