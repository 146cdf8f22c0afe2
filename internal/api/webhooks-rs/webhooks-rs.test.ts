import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PublishOutcome } from '../../domain/message/publication.js';
import { authenticateUser } from '../../identity/authenticate.js';
import type { Spaces } from '../../identity/principal.js';
import { SCOPES, type Scope } from '../../identity/scopes.js';
import { makeTestApi, TEST_PUBLISHING, type TestApi } from '../../testkit/kits/test-api.js';
import { makeJudge, resolved } from '../../testkit/schema-judge.js';
import type { OpenApi } from '../document/openapi.js';

const ROUTES = [
  '/application',
  '/application/{app_id}/endpoint',
  '/application/{app_id}/endpoint/{endpoint_id}/disable',
  '/application/{app_id}/endpoint/{endpoint_id}/enable',
  '/application/{app_id}/event',
];
const URL = 'https://example.com/hook';

let api: TestApi;
let spaces: Spaces;
let scopes: ReadonlySet<Scope>;
let outcome: PublishOutcome;
const statuses: number[] = [];
beforeAll(async () => {
  api = await makeTestApi({
    compat: { webhooksRs: { userId: undefined } },
    authenticate: (header) => {
      const user = authenticateUser(header);
      return user && { ...user, spaces, scopes };
    },
    publishing: {
      ...TEST_PUBLISHING,
      trouble: async () => undefined,
      publish: async () => outcome,
      onAnswer: (status) => void statuses.push(status),
    },
  });
});
beforeEach(() => {
  spaces = 'all';
  scopes = new Set(SCOPES.keys());
  outcome = { outcome: 'unwanted', problem: undefined };
});
afterAll(() => api.stop());

const newApplication = async (): Promise<string> =>
  (await api.send('POST', '/application', { name: 'a' }).expect(201)).body.id;

describe('the routes of webhooks-rs', () => {
  it('need a user where none is configured for requests without X-User', async () => {
    for (const user of ['', '0']) {
      const { body } = await api.send('POST', '/application', { name: 'a' }, user).expect(401);
      expect(body).toEqual({ error: 'Not allowed', messages: [expect.stringContaining('COMPAT_USER')] });
    }
  });

  it('are in the document, with examples and errors of their form', async () => {
    const { body: document }: { body: OpenApi } = await api.send('GET', '/openapi.json').expect(200);
    expect(Object.keys(document.paths).filter((path) => path.startsWith('/application'))).toEqual(ROUTES);
    const judge = makeJudge(document);
    for (const route of ROUTES) {
      const { operationId, tags, requestBody, responses, security } = document.paths[route]?.post ?? {};
      // Without COMPAT_USER, every request has to name its user.
      expect(security).toHaveLength(2);
      expect([operationId, tags]).toEqual([expect.stringContaining('pplication'), ['application']]);
      const schema = requestBody?.content['application/json']?.schema;
      if (schema) expect([route, judge(schema, resolved(document, schema).example)]).toEqual([route, true]);
      // Node itself refuses a head that is too large, without a body.
      const errors = Object.entries(responses ?? {}).filter(([status]) => /^[45]/.test(status) && status !== '431');
      expect(errors.map(([status]) => status)).not.toContain('422');
      for (const [, { content }] of errors)
        expect(content?.['application/json']?.schema).toEqual({ $ref: '#/components/schemas/WebhooksRsError' });
    }
    expect(document.paths[ROUTES[2] ?? '']?.post?.responses['204']).not.toHaveProperty('content');
  });

  it('need the scopes of what they do', async () => {
    const app = await newApplication();
    const refused = async (without: Scope, path: string, body: object) => {
      scopes = new Set([...SCOPES.keys()].filter((scope) => scope !== without));
      const answer = await api.send('POST', path, body).expect(403);
      expect(answer.body).toEqual({ error: expect.stringContaining(without), messages: [] });
    };
    await refused('spaces:write', '/application', { name: 'a' });
    await refused('webhooks:write', `/application/${app}/endpoint`, { url: URL, topics: ['a'] });
    await refused('events:write', `/application/${app}/endpoint`, { url: URL, topics: ['a'] });
    await refused('messages:publish', `/application/${app}/event`, { topic: 'a', payload: 1 });
    outcome = { outcome: 'unregistered' };
    await refused('events:write', `/application/${app}/event`, { topic: 'a', payload: 1 });
    expect(await api.counts()).toMatchObject({ events: 0, webhooks: 0 });
  });

  it('keep a caller of some spaces within them', async () => {
    const app = await newApplication();
    spaces = [7];
    await api.send('POST', '/application', { name: 'a' }).expect(403);
    await api.send('POST', `/application/${app}/endpoint`, { url: URL, topics: ['a'] }).expect(404);
    await api.send('POST', `/application/${app}/event`, { topic: 'a', payload: 1 }).expect(404);
  });

  it('do not know a number that belongs to another space by now', async () => {
    const app = await newApplication();
    await api.db.raw(`update spaces set created_at = created_at + interval '1 second'`);
    await api.send('POST', `/application/${app}/endpoint`, { url: URL, topics: ['a'] }).expect(404);
    expect(await api.counts()).toMatchObject({ events: 0, webhooks: 0 });
  });

  it('store no topic of an endpoint that is refused', async () => {
    const app = await newApplication();
    api.rest.intakeProblem = 'NATS is away';
    const { body } = await api.send('POST', `/application/${app}/endpoint`, { url: URL, topics: ['a'] }).expect(503);
    expect(body).toEqual({ error: expect.stringContaining('NATS is away'), messages: [] });
    api.rest.intakeProblem = undefined;
    expect(await api.counts()).toMatchObject({ events: 0, webhooks: 0 });
  });
});

describe('an event of webhooks-rs', () => {
  it.each<[PublishOutcome, number, number]>([
    [{ outcome: 'unwanted', problem: undefined }, 200, 202],
    [{ outcome: 'sent', isDuplicate: false }, 200, 202],
    [{ outcome: 'overloaded' }, 429, 429],
    [{ outcome: 'away', server: 'PostgreSQL' }, 503, 503],
    [{ outcome: 'conflicting' }, 400, 422],
    [{ outcome: 'reserved' }, 400, 422],
  ])('of which the service says %j is answered and counted', async (given, status, counted) => {
    const app = await newApplication();
    outcome = given;
    const answer = await api.send('POST', `/application/${app}/event`, { topic: 'a', payload: 1 }).expect(status);
    if (status === 200) expect(answer.body).toEqual({ id: expect.stringMatching(/^evt_[0-9A-Za-z]{27}$/) });
    else expect(answer.body).toEqual({ error: expect.any(String), messages: expect.any(Array) });
    expect(answer.headers['retry-after']).toBe(status === 429 ? '1' : undefined);
    expect(statuses.at(-1)).toBe(counted);
  });
});
