import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Express } from 'express';
import supertest from 'supertest';
import { makeFormatOf } from '../../domain/format/format-of.js';
import { Catalog } from '../../domain/matching/catalog.js';
import { authenticateUser } from '../../identity/authenticate.js';
import { makeJournalPool } from '../../store/journal/journal-pool.js';
import { makeKnex } from '../../store/postgres/knex.js';
import { makeVault } from '../../store/secrets/vault.js';
import { DEFAULT_SERVICE } from '../../testkit/default-service.js';
import { TEST_PUBLISHING, TEST_SPACES } from '../../testkit/kits/test-api.js';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import type { ApiDeps } from '../api-deps.js';
import { makeEndpoints } from '../endpoints.js';
import { makeApi } from '../http/make-api.js';
import { makeOpenApi, type OpenApi, statusesOf } from './openapi.js';
import type { JsonSchema } from './openapi-schemas.js';

/** No request of this test queries the database, so that no connection is ever made. */
function unconnected(development: boolean): ApiDeps {
  return {
    db: makeKnex({ host: '127.0.0.1', port: 1 }, { max: 1 }),
    pool: makeJournalPool({ host: '127.0.0.1', port: 1 }, 1, makeTestLogger()),
    vault: makeVault([]),
    reach: { messagesMs: 1, deadLettersMs: 1, accountMs: 1 },
    catalog: new Catalog(),
    loadCatalog: async () => undefined,
    isReserved: () => false,
    catalogChanged: async () => undefined,
    guarantee: '',
    admitEvent: async () => undefined,
    readiness: async () => ({ troubles: {}, degraded: [] }),
    mayReadDetails: () => true,
    degradationsBySubject: () => new Map(),
    tryWebhook: () => Promise.reject(new Error('nothing is sent here')),
    tryCredentials: () => Promise.reject(new Error('nothing is sent here')),
    advanceKey: () => undefined,
    showRequest: () => undefined,
    formatOf: makeFormatOf([]),
    logger: makeTestLogger(),
    version: '1.2.3',
    development,
    authenticate: authenticateUser,
    logins: { user: true, token: true },
    acceptsTokens: true,
    tokensChanged: async () => undefined,
    door: { development, hosts: ['*'] },
    apiRate: undefined,
    refusals: { add: () => undefined, running: () => [] },
    receiverProblem: () => undefined,
    schemaTrials: { check: async () => ({ outcome: 'valid' }) },
    judgeBySchemas: async () => ({ kind: 'pass' }),
    acceptReleased: async () => ({ outcome: 'overloaded' }),
    publishing: TEST_PUBLISHING,
    spaceNames: TEST_SPACES,
    ...DEFAULT_SERVICE,
  };
}

const makeUnconnected = (development: boolean): Express => makeApi(unconnected(development));

/** The endpoints that express really has, as `GET /path`. */
function mountedIn(app: Express): string[] {
  return app.router.stack.flatMap(({ route }) => {
    if (!route) return [];
    const methods = route.stack.map((layer) => layer.method).filter((method) => method !== undefined);
    return methods.map((method) => `${method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
}

/** The places where a value may be as large as its sender likes. Ignored values are not checked at any size. */
function unboundedIn(document: OpenApi, schema: JsonSchema, place: string): string[] {
  if (schema.readOnly) return [];
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return unboundedIn(document, document.components.schemas[name]!, name);
  }
  const { type, properties = {}, items, additionalProperties: values, anyOf = [], oneOf = [], maxLength } = schema;
  const isWord = schema.enum !== undefined || schema.const !== undefined || schema.format === 'uuid';
  const hasForms = anyOf.length > 0 || (oneOf as JsonSchema[]).length > 0;
  const unbounded =
    (type === 'string' && maxLength === undefined && !isWord && schema.pattern === undefined) ||
    (type === 'string' && maxLength === undefined && /[+*]/.test(String(schema.pattern ?? ''))) ||
    (type === 'array' && schema.maxItems === undefined && !hasForms) ||
    (typeof values === 'object' && schema.maxProperties === undefined);
  const inner = [
    ...Object.entries(properties).map(([name, each]) => [name, each] as const),
    ...[items, values].filter((each) => typeof each === 'object').map((each) => ['*', each as JsonSchema] as const),
    ...[...anyOf, ...(oneOf as JsonSchema[])].map((each) => ['', each] as const),
  ];
  return [
    ...(unbounded ? [place] : []),
    ...inner.flatMap(([name, each]) => unboundedIn(document, each, `${place}.${name}`)),
  ];
}

/** Values of callers, in which a member called `description` is nothing that we wrote. */
const VALUES = ['example', 'examples', 'default', 'enum', 'const'];

/** Our texts under a name such as `description`, each with a JSON pointer at which it is found. */
const textsOf = (name: string, document: unknown): Map<string, string> => new Map(placesOf(name, document));

function placesOf(name: string, node: unknown, at = '#'): [string, string][] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    if (VALUES.includes(key)) return [];
    const here = `${at}/${key.replaceAll('/', '~1')}`;
    return key === name && typeof value === 'string' ? [[value, here]] : placesOf(name, value, here);
  });
}

/** A sentence begins with a capital, a figure, or something that is quoted: `code`, our name, a "quotation". */
const BEGINS = /^(?:[\p{Lu}\d`"*[]|hukz\b)/u;

const KEY = '^key:[a-z0-9][a-z0-9._/-]{0,126}$';

describe('the OpenAPI document', () => {
  let app: Express;
  let document: OpenApi;
  beforeAll(async () => {
    app = makeUnconnected(true);
    document = (await supertest(app).get('/openapi.json').expect(200)).body;
  });
  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    );

  it('has every route that is mounted, and no other', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.version).toBe('1.2.3');
    expect(
      operations()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(mountedIn(app).sort());
  });

  it.each([
    ['get /ping', '200 403 500'],
    ['get /health/alive', '200 403 500'],
    ['get /health/ready', '200 403 500 503'],
    ['get /events', '200 401 403 409 422 429 431 500 503'],
    ['post /events', '201 400 401 403 409 413 415 422 429 500 503'],
    ['get /events/{id}', '200 400 401 403 404 429 500 503'],
    ['put /events/{id}', '200 400 401 403 404 409 412 413 415 422 429 431 500 503'],
    ['patch /events/{id}', '200 400 401 403 404 409 412 413 415 422 429 431 500 503'],
    ['delete /events/{id}', '200 400 401 403 404 412 422 429 431 500 503'],
    ['post /messages', '202 207 401 403 404 413 415 422 429 431 500 503'],
    ['post /messages/batch', '202 207 401 403 413 415 422 429 431 500 503'],
    ['get /webhooks/logs', '200 401 403 404 409 422 429 431 500 503'],
    ['get /webhooks/space/{space_id}', '200 400 401 403 404 409 422 429 431 500 503'],
    ['post /webhooks/space/{space_id}', '201 400 401 403 404 409 413 415 422 429 500 503'],
    ['get /webhooks/space/{space_id}/check', '200 400 401 403 404 422 429 431 500 503'],
    ['get /webhooks', '200 401 403 404 409 422 429 431 500 503'],
    ['post /webhooks', '201 400 401 403 409 413 415 422 429 500 503'],
    ['get /webhooks/{id}', '200 400 401 403 404 409 422 429 431 500 503'],
    ['put /webhooks/{id}', '200 400 401 403 404 409 412 413 415 422 429 431 500 503'],
    ['patch /webhooks/{id}', '200 400 401 403 404 409 412 413 415 422 429 431 500 503'],
    ['delete /webhooks/{id}', '200 400 401 403 404 409 412 422 429 431 500 503'],
    ['post /webhooks/{id}/secret/rotate', '200 400 401 403 404 409 412 413 415 422 429 431 500 503'],
    ['post /webhooks/{id}/replay', '200 202 400 401 403 404 409 413 415 422 429 431 500 503'],
    ['get /webhooks/{id}/replays', '200 400 401 403 404 409 422 429 431 500 503'],
    ['get /replays/{id}', '200 400 401 403 404 429 500 503'],
    ['delete /replays/{id}', '200 400 401 403 404 429 500 503'],
    ['get /dead-letters', '200 401 403 404 409 422 429 431 500 503'],
    ['get /deliveries/{id}', '200 400 401 403 404 429 500 503'],
    ['delete /messages/{id}', '200 400 401 403 404 409 429 500 503'],
    ['post /deliveries/{id}/retry', '202 400 401 403 404 409 422 429 500 503'],
    ['put /apply', '200 400 401 403 409 413 415 422 429 500 503'],
    ['get /export', '200 401 403 404 422 429 431 500 503'],
    ['get /accounting', '200 401 403 404 409 422 429 431 500 503'],
    ['get /openapi.json', '200 403 429 500'],
    ['get /docs', '200 403 429 500'],
    ['get /', '302 403 429 500'],
  ])('knows every status of %s', (name, statuses) => {
    const found = operations().find((one) => one.name === name);
    expect(Object.keys(found!.operation.responses).join(' ')).toBe(statuses);
  });

  it('describes every scope that an operation needs, and no other', () => {
    const needed = operations().flatMap(({ operation }) => operation.security?.[0].user ?? []);
    const described = [...String(document.components.securitySchemes.user?.description).matchAll(/`(\w+:\w+)` \(/g)];
    expect(new Set(described.map(([, scope]) => scope))).toEqual(new Set(needed));
    expect(described.length).toBe(new Set(needed).size);
  });

  it('refers to nothing that it does not have', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(references.filter((reference) => !known.includes(reference))).toEqual([]);
    expect(known.sort()).toEqual([...new Set(references)].sort());
  });

  it('says of every field of a webhook what it means', () => {
    for (const name of ['NewWebhook', 'NewSpaceWebhook', 'WebhookPut', 'WebhookPatch']) {
      const fields = Object.entries(document.components.schemas[name]?.properties ?? {});
      expect(fields.length).toBeGreaterThan(20);
      expect(fields.filter(([, field]) => !field.description)).toEqual([]);
      expect(fields.filter(([, field]) => !field.readOnly && field.example === undefined)).toEqual([]);
    }
  });

  it('has a sentence in every description, with a capital at its start and a full stop at its end', () => {
    const texts = textsOf('description', document);
    expect(texts.size).toBeGreaterThan(100);
    expect([...texts].filter(([text]) => !BEGINS.test(text) || !/[.?]$/.test(text.trim()))).toEqual([]);
  });

  it('has a capital at the start of every summary, and no full stop at its end', () => {
    const texts = textsOf('summary', document);
    expect(texts.size).toBeGreaterThan(30);
    expect([...texts].filter(([text]) => !BEGINS.test(text) || text.endsWith('.'))).toEqual([]);
  });

  it('bounds every text, list and object of names that may be sent', () => {
    const schemas = operations().flatMap(({ name, operation }) => [
      ...Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => ({ name, schema })),
      ...operation.parameters.map((parameter) => ({ name: `${name} ${parameter.name}`, schema: parameter.schema })),
    ]);
    expect(schemas.length).toBeGreaterThan(60);
    expect(schemas.flatMap(({ name, schema }) => unboundedIn(document, schema, name))).toEqual([]);
  });

  it('says of bodies and parameters what the schemas judge by', () => {
    const { NewWebhook, EventPatch } = document.components.schemas;
    expect(NewWebhook).toMatchObject({
      required: ['url', 'event_ids'],
      additionalProperties: false,
      properties: {
        url: { type: 'string', minLength: 1, maxLength: 2048, format: 'uri' },
        event_ids: {
          type: 'array',
          maxItems: 500,
          items: {
            anyOf: [
              { type: 'integer', minimum: 1, maximum: 2147483647 },
              { type: 'string', pattern: KEY },
            ],
          },
        },
        enabled: { anyOf: [{ type: 'boolean' }, { type: 'null' }], default: true },
        tags: {
          anyOf: [
            {
              type: 'object',
              maxProperties: 32,
              additionalProperties: { anyOf: [{ type: 'string', maxLength: 256 }, { type: 'null' }] },
            },
            { type: 'null' },
          ],
        },
        id: { readOnly: true },
      },
    });
    expect(EventPatch).not.toHaveProperty('required');
    const listed = document.paths['/webhooks/logs']!.get!.parameters;
    expect(listed.map(({ name }) => name)).toEqual([
      'limit',
      'page',
      'cursor',
      'tag',
      'event',
      'webhook_id',
      'space_id',
      'outcome',
      'status',
      'since',
      'until',
    ]);
    expect(listed.find(({ name }) => name === 'limit')).toMatchObject({
      schema: { anyOf: [{ type: 'integer', minimum: 1, maximum: 100 }, { type: 'string' }], default: 10 },
    });
    expect(listed.find(({ name }) => name === 'outcome')?.schema.enum).toContain('delivered');
  });
});

describe('the page for people', () => {
  it('shows every route, loads nothing, and its style is the one that the policy allows', async () => {
    const app = makeUnconnected(true);
    const page = await supertest(app)
      .get('/docs')
      .expect(200)
      .expect('content-type', /^text\/html/);
    for (const endpoint of mountedIn(app)) expect(page.text).toContain(`<code>${endpoint.split(' ')[1]}</code>`);
    expect(page.text.match(/<pre>curl -s /g)).toHaveLength(mountedIn(app).length);
    const sections = [...page.text.matchAll(/<h2 id="_([^"]+)"/g)].map(([, name]) => name);
    expect(sections.slice(-6)).toEqual(['ping', 'health', 'openapi.json', 'docs', 'errors', 'schemas']);
    for (const name of sections) expect(page.text).toContain(`<a href="#_${name}">`);
    expect(page.text).not.toMatch(/<script|<link|<img|src=|@import|url\(/);
    expect(page.text).not.toMatch(/style="/);
    expect(page.headers['content-security-policy']).toMatch(/style-src 'sha256-[^']+'/);
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.text).not.toContain('undefined');
  });

  it.each([
    ['hooks.example.com', 'http://hooks.example.com/'],
    ['10.0.0.7:8080', 'http://10.0.0.7:8080/'],
    ['[::1]:8000', 'http://[::1]:8000/'],
    [`x'; curl evil.example '`, 'http://localhost:8000/'],
    ['<script>', 'http://localhost:8000/'],
    ['a.example/path', 'http://localhost:8000/'],
    ['me@a.example', 'http://localhost:8000/'],
    ['$(id)', 'http://localhost:8000/'],
    ['-o.example', 'http://localhost:8000/'],
    ['a'.repeat(254), 'http://localhost:8000/'],
  ])('says what to type for the host that it was asked from, if it is one: %s', async (host, place) => {
    const { text } = await supertest(makeUnconnected(true)).get('/docs').set('Host', host).expect(200);
    expect(text).toContain(`<pre>curl -s '${place}ping'</pre>`);
    const places = new Set([...text.matchAll(/'http:\/\/[^/]*\//g)].map(([found]) => found));
    expect([...places]).toEqual([`'${place}`]);
    if (place.includes('localhost')) expect(text).not.toContain(host);
  });

  it('is not there in production', async () => {
    const app = makeUnconnected(false);
    await supertest(app).get('/docs').expect(404);
    await supertest(app).get('/').expect(404);
    const { body } = await supertest(app).get('/openapi.json').expect(200);
    expect(body.paths).not.toHaveProperty('/docs');
  });
});

it('the statuses of an endpoint are those of its answers in the document', async () => {
  const deps = unconnected(true);
  const endpoints = makeEndpoints(deps);
  const { paths } = await makeOpenApi(endpoints, deps);
  const inDocument = endpoints.map(({ path, method }) => Object.keys(paths[path]?.[method]?.responses ?? {}));
  const named = endpoints.map((endpoint) => [...new Set(statusesOf(endpoint))].sort().map(String));
  expect(named).toEqual(inDocument);
  expect(inDocument.length).toBeGreaterThan(50);
});
