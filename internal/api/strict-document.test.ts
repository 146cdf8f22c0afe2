import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeVault } from '../store/secrets/vault.js';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';
import { type Judge, makeJudge, resolved } from '../testkit/schema-judge.js';
import { makeCertificates } from '../testkit/servers/certificates.js';
import { fieldCases } from '../testkit/strict-bodies.js';
import type { ApiDeps } from './api-deps.js';
import type { OpenApi, Operation } from './document/openapi.js';
import type { JsonSchema } from './document/openapi-schemas.js';

interface Served {
  readonly api: TestApi;
  readonly document: OpenApi;
  readonly judge: Judge;
  readonly eventId: number;
}

const vault = makeVault([{ id: 'k', key: randomBytes(32) }]);
const STARTED: TestApi[] = [];
afterAll(() => Promise.all(STARTED.map((api) => api.stop())));

async function serve(given: Partial<ApiDeps>): Promise<Served> {
  const api = await makeTestApi({ vault, ...given });
  STARTED.push(api);
  const { body: document } = await api.send('GET', '/openapi.json').expect(200);
  const { body: event } = await api.send('POST', '/events', { event: 'there.is' }).expect(201);
  return { api, document, judge: makeJudge(document), eventId: event.id };
}

const bodyOf = (document: OpenApi, operation: Operation | undefined): JsonSchema => {
  const [content] = Object.values(operation?.requestBody?.content ?? {});
  return resolved(document, content?.schema ?? {});
};

/** The verdicts of the schema and of the service on a new webhook. */
async function bothSay({ api, document, judge, eventId }: Served, fields: object) {
  const body = { url: 'https://example.com/hook', event_ids: [eventId], ...fields };
  const bySchema = judge(bodyOf(document, document.paths['/webhooks']?.post), body);
  const { status } = await api.send('POST', '/webhooks', body);
  return { bySchema, byService: status === 201 };
}

describe('the schema of a webhook', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve({ webhookProxies: true });
  });

  it.each(fieldCases(makeCertificates()))('says what the service says: %j', async (given) => {
    const { field, value, isAccepted, beside } = given;
    const said = await bothSay(served, { [field]: value, ...beside });
    expect(said).toEqual({ bySchema: isAccepted, byService: isAccepted });
  });

  it.each(['PUT', 'PATCH'])('says of a secret in a %s that it comes with another signature', async (method) => {
    const { api, document, judge, eventId } = served;
    const { body: made } = await api.send('POST', '/webhooks', { url: 'http://a.example', event_ids: [eventId] });
    const schema = bodyOf(document, document.paths['/webhooks/{id}']?.[method.toLowerCase()]);
    const says = async (body: object) => [
      judge(schema, body),
      (await api.send(method, `/webhooks/${made.id}`, body)).status,
    ];
    const secret = 'a secret of ours';
    expect(await says({ secret })).toEqual([false, 422]);
    expect(await says({ secret, signature: { scheme: 'standard' } })).toEqual([false, 409]);
    expect(await says({ secret, signature: { scheme: 'github' } })).toEqual([true, 200]);
    // The present secret changes nothing; another one needs a rotation.
    expect(await says({ secret, signature: { scheme: 'github' } })).toEqual([true, 200]);
    expect(await says({ secret: `another${secret}`, signature: { scheme: 'github' } })).toEqual([true, 409]);
  });
});

describe('the schema of a header', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve({});
  });

  it.each<[name: string, method: string, path: string, accepted: readonly string[], refused: readonly string[]]>([
    ['If-Match', 'PATCH', '/events/{id}', ['"1"', '*', '"1", "2"', 'W/"1"', '"x"'], ['1', '', '"1', '* "1"', "'1'"]],
    ['Hukz-Tag', 'POST', '/messages', ['app:search', 'a:', 'a:b:c', 'a b:c'], ['app', ':b', '']],
    ['Hukz-Delay', 'POST', '/messages', ['10m', '0s', '30d', '500ms'], ['10', '31d', '-1s', 'soon', '']],
  ])('says of %s what the service says', async (name, method, path, accepted, refused) => {
    const { api, document, eventId } = served;
    const operation = document.paths[path]?.[method.toLowerCase()];
    const schema = operation?.parameters.find((each) => each.name === name)?.schema;
    const pattern = new RegExp(String(schema?.pattern));
    for (const value of [...accepted, ...refused]) {
      const body = method === 'PATCH' ? {} : { event: 'there.is', payload: 1 };
      const { status } = await api.send(method, path.replace('{id}', String(eventId)), body).set(name, value);
      const isAccepted = accepted.includes(value);
      expect([value, pattern.test(value), status !== 422]).toEqual([value, isAccepted, isAccepted]);
    }
  });
});

it('the schema of a token says of the subjects of its events what the service says', async () => {
  const { api, document, judge } = await serve({});
  const schema = bodyOf(document, document.paths['/tokens']?.post);
  for (const [subject, isAccepted] of [
    ['orders.>', true],
    ['>', true],
    ['*.created', true],
    ['', false],
    ['a..b', false],
    ['a b', false],
    ['_INBOX.a', false],
  ] as const) {
    const body = { name: 'a', role: 'publisher', events: [subject] };
    const { status } = await api.send('POST', '/tokens', body);
    expect([subject, judge(schema, body), status !== 422]).toEqual([subject, isAccepted, isAccepted]);
  }
});

describe('the schema where the operator allows less', () => {
  let served: Served;
  beforeAll(async () => {
    const breaker = { failures: 0, share: 0.5 };
    const ceilings = {
      maxTimeoutMs: 10_000,
      minRetryWaitMs: 2000,
      breakerMayBeOff: false,
      breaker,
      forbiddenHeaders: [],
    };
    served = await serve({ webhookProxies: false, insecureTls: false, ceilings });
  });

  it.each([
    [{ timeout: '10s' }, true],
    [{ timeout: '11s' }, false],
    [{ retry: { schedule: ['2s', '30d'] } }, true],
    [{ retry: { schedule: ['1999ms'] } }, false],
    [{ retry: { schedule: { constant: '1s', tries: 3 } } }, false],
    [{ breaker: 'off' }, false],
    [{ breaker: { share: 0 } }, false],
    [{ breaker: { share: 0, failures: 1001 } }, false],
    [{ breaker: { share: 0, failures: 1000 } }, true],
    [{ breaker: { failures: 0 } }, true],
    [{ proxy: 'none' }, false],
    [{ proxy: null }, true],
    [{ tls: { insecure: true } }, false],
  ])('says of %j what the service says: %s', async (fields, isAccepted) => {
    expect(await bothSay(served, fields)).toEqual({ bySchema: isAccepted, byService: isAccepted });
  });
});

describe('the examples of the document', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve({ webhookProxies: true });
  });

  /** All examples inside a schema, each with the schema that it belongs to. */
  function examplesIn(value: unknown): readonly (readonly [schema: JsonSchema, example: unknown])[] {
    if (typeof value !== 'object' || value === null) return [];
    if (Array.isArray(value)) return value.flatMap(examplesIn);
    const { example, ...schema } = value as JsonSchema;
    return [
      ...(example === undefined ? [] : [[schema, example] as const]),
      ...Object.values(schema).flatMap(examplesIn),
    ];
  }

  it('are valid by their schemas', () => {
    const { document, judge } = served;
    const all = [document.components.schemas, document.paths].flatMap(examplesIn);
    expect(all.length).toBeGreaterThan(150);
    expect(all.filter(([schema, example]) => !judge(schema, example)).map(([, example]) => example)).toEqual([]);
  });

  it('are taken by the service: of each body as a whole, and of each of its fields beside what is required', async () => {
    const { api, document, judge } = served;
    await api.send('POST', '/webhooks', { url: 'http://a.example', event_ids: [] }).expect(201);
    await api.send('POST', '/events', { event: 'there.is.another' }).expect(201);
    await api.send('POST', '/spaces', { id: 1 }).expect(201);
    const refused: string[] = [];
    for (const { method, path, body } of bodiesWithExamples(document)) {
      if (!judge(bodyOf(document, document.paths[path]?.[method]), body))
        refused.push(`${method} ${path}: no schema for ${JSON.stringify(body)}`);
      const answer = await api.send(
        method.toUpperCase(),
        path.replace('{id}', '1').replace('{space_id}', '7').replace('{version}', '1'),
        body,
      );
      // 409: stored data prevents the change. 503: this test instance sends nothing.
      if (answer.status >= 400 && ![409, 503].includes(answer.status) && !isAboutStored(answer.text))
        refused.push(`${method} ${path}: ${answer.status} for ${JSON.stringify(body)}: ${answer.text}`);
    }
    expect(refused).toEqual([]);
  });

  it('are taken by the service in queries', async () => {
    const { api, document } = served;
    const queries = Object.entries(document.paths).flatMap(([path, { get }]) =>
      (get?.parameters ?? []).flatMap(({ name, schema }) =>
        examplesIn(schema).map(([, example]) => `${path.replace('{space_id}', '7')}?${name}=${example}`),
      ),
    );
    expect(queries).toContain('/webhooks/logs?since=2026-01-31');
    for (const query of queries) {
      const { status } = await api.send('GET', query);
      expect([query, [200, 409].includes(status)]).toEqual([query, true]);
    }
  });

  /** The first of the events has the subject of the example already. */
  const isAboutStored = (text: string) => /event with same event string exist|there is no event key:/.test(text);

  function bodiesWithExamples(document: OpenApi) {
    return Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { requestBody }]) => requestBody)
        .flatMap(([method, operation]) => {
          const { example, properties = {}, required = [] } = bodyOf(document, operation);
          const exampleOf = (name: string) => [name, properties[name]?.example] as const;
          const needed = (required as string[]).map(exampleOf);
          const single = Object.keys(properties)
            .filter((name) => properties[name]?.example !== undefined)
            .map((name) =>
              Object.fromEntries([
                ...needed,
                exampleOf(name),
                ...(name === 'secret' && properties.signature ? SIGNED : []),
              ]),
            );
          return [example, ...single].map((body) => ({ method, path, body: body as object }));
        }),
    );
  }
  const SIGNED = [['signature', { scheme: 'standard' }]] as const;
});
