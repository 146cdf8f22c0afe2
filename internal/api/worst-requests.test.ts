import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, TEST_LIMITS, TEST_PUBLISHING, TEST_SPACES, type TestApi } from '../testkit/kits/test-api.js';
import { makeCertificates } from '../testkit/servers/certificates.js';
import { collectGarbage, type Turns, watchTurns } from '../testkit/turns/longest-turn.js';
import { worstBodiesOf } from '../testkit/worst-bodies.js';
import type { EndpointDeps } from './api-deps.js';
import { makeOpenApi, type OpenApi, type Operation } from './document/openapi.js';
import { makeEndpoints } from './endpoints.js';

/**
 * Maximum duration of a turn of the event loop, and the number of tries per request, because the first ones wait for
 * the compiler.
 */
const MAX_TURN_MS = 20;
const TRIES = 12;
/** Maximum length of a refusal with twenty sentences, each with a hundred characters of the request. */
const MAX_REFUSAL_LENGTH = 8000;
/** A declaration is refused with up to a hundred sentences. */
const MAX_DECLARATION_REFUSAL_LENGTH = 40_000;
/** Node accepts 16 KiB of headers, including the request target. */
const TARGET_ROOM = 14_000;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly turnMs: number;
}

let api: TestApi;
let server: Server;
let turns: Turns;
let ids: Readonly<Record<string, string>>;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  api = await makeTestApi();
  const { body: event } = await api.send('POST', '/events', { event: 'tag.created' });
  const webhook = { url: 'http://example.com', event_ids: [event.id], auth: { type: 'bearer', token: 'aaaa' } };
  const { body } = await api.send('POST', '/webhooks', webhook).expect(201);
  const nothing = '00000000-0000-4000-8000-000000000000';
  ids = {
    '/events': String(event.id),
    '/webhooks': String(body.id),
    '/deliveries': nothing,
    '/messages': nothing,
    '/replays': nothing,
  };
  server = createServer(api.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  turns = watchTurns();
});

afterAll(async () => {
  turns.stop();
  agent.destroy();
  server.close();
  await api.stop();
});

async function send({ method, path, body }: Sent): Promise<Answered> {
  const { port } = server.address() as AddressInfo;
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const headers = { 'x-user': '1', 'content-type': 'application/json', 'content-length': bytes?.length ?? 0 };
  await turns.maxMs();
  const answered = await new Promise<Omit<Answered, 'turnMs'>>((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', agent, method, path, headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString() }));
    });
    sent.once('error', reject);
    sent.end(bytes);
  });
  return { ...answered, turnMs: await turns.maxMs() };
}

/**
 * Repeats the same request until one of its turns is short enough, because garbage collection does not count against
 * the request.
 */
async function minOf(sent: Sent): Promise<Answered> {
  let answer = await send(sent);
  for (let tries = 1; tries < TRIES && answer.turnMs > MAX_TURN_MS; tries++) {
    collectGarbage();
    const again = await send(sent);
    if (again.turnMs < answer.turnMs) answer = again;
  }
  return answer;
}

/** The problems of the answer to a worst request, as sentences. */
async function complaints(name: string, sent: Sent): Promise<readonly string[]> {
  const { status, text, turnMs } = await minOf(sent);
  const found: string[] = [];
  if (turnMs > MAX_TURN_MS) found.push(`${name}: a turn of ${turnMs.toFixed(0)} ms, answered ${status}`);
  if (status >= 500 && status !== 503) found.push(`${name}: answered ${status}`);
  const maxLength = sent.path === '/apply' ? MAX_DECLARATION_REFUSAL_LENGTH : MAX_REFUSAL_LENGTH;
  if (status >= 400 && text.length > maxLength) found.push(`${name}: a refusal of ${text.length} characters`);
  if (status >= 400 && /(.)\1{100}/.test(text)) found.push(`${name}: repeats more than 100 characters`);
  return found;
}

const document = await describedApi();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

/** The document needs no database. */
function describedApi(): Promise<OpenApi> {
  const deps = {
    ...TEST_LIMITS,
    publishing: TEST_PUBLISHING,
    spaceNames: TEST_SPACES,
    compat: {},
    development: true,
    version: '0',
    subjectRules: { allowAll: false },
  } as EndpointDeps;
  return makeOpenApi(makeEndpoints(deps), deps);
}

const pathFor = (path: string) =>
  path
    .replaceAll('{space_id}', '7')
    .replaceAll('{key}', '00000000-0000-4000-8000-000000000000')
    .replaceAll('{id}', ids[path.slice(0, path.indexOf('/', 1))] ?? '1');

const queryOf = ({ parameters }: Operation) => parameters.filter((each) => each.in === 'query').map(({ name }) => name);

function worstQueries(name: string): readonly string[] {
  const repeated = (pair: string) =>
    Array(Math.floor(TARGET_ROOM / (pair.length + 1)))
      .fill(pair)
      .join('&');
  return [
    `${name}=${'a'.repeat(TARGET_ROOM)}`,
    `${name}=${'1'.repeat(TARGET_ROOM)}`,
    `${name}=${'a:'.repeat(TARGET_ROOM / 2)}`,
    `${name}=${'%00'.repeat(TARGET_ROOM / 3)}`,
    `${name}=2026-01-01T00:00:00.${'0'.repeat(TARGET_ROOM)}Z`,
    repeated(`${name}=a`),
    repeated(`${name}`),
  ];
}

describe('the worst requests, made from the OpenAPI document', () => {
  const seen = new Set<string>();
  const withBody = operations.filter(({ operation }) => operation.requestBody);
  it.each(withBody)(
    'do not block the event loop by the body of $method $path',
    async ({ method, path, operation }) => {
      const found: string[] = [];
      for (const { name, text } of worstBodiesOf(document, operation, seen))
        found.push(...(await complaints(name, { method, path: pathFor(path), body: text })));
      expect(found).toEqual([]);
    },
    600_000,
  );

  const withQuery = operations.filter(({ operation }) => queryOf(operation).length > 0);
  it.each(withQuery)(
    'do not block the event loop by the query of $method $path',
    async ({ method, path, operation }) => {
      const found: string[] = [];
      for (const name of ['unknown', ...queryOf(operation)])
        for (const query of worstQueries(name))
          found.push(...(await complaints(query.slice(0, 40), { method, path: `${pathFor(path)}?${query}` })));
      expect(found).toEqual([]);
    },
    600_000,
  );

  const withParams = operations.filter(({ path }) => path.includes('{'));
  it.each(withParams)(
    'do not block the event loop by the path of $method $path',
    async ({ method, path }) => {
      const found: string[] = [];
      for (const part of ['a'.repeat(TARGET_ROOM), '1'.repeat(TARGET_ROOM), '%61'.repeat(TARGET_ROOM / 3)])
        found.push(
          ...(await complaints(part.slice(0, 10), {
            method,
            path: path.replaceAll(/\{\w+\}/g, part).slice(0, TARGET_ROOM),
          })),
        );
      expect(found).toEqual([]);
    },
    600_000,
  );

  it('do not block the event loop by as many certificates as a webhook may have, nor by more', async () => {
    const { ca, client } = makeCertificates();
    const filled = (pem: string, bytes: number) => pem.repeat(Math.floor(bytes / pem.length));
    const bodyWith = (tls: object) => JSON.stringify({ url: 'https://example.com', event_ids: [], tls });
    const most = bodyWith({ ca: ca.repeat(20), certificate: client.cert.repeat(10), key: client.key });
    const tooMany = bodyWith({
      ca: filled(ca, 64 * 1024),
      certificate: filled(client.cert, 16 * 1024),
      key: client.key,
    });
    for (const body of [most, tooMany])
      expect(await complaints('certificates', { method: 'POST', path: '/webhooks', body })).toEqual([]);
    expect((await send({ method: 'POST', path: '/webhooks', body: most })).status).toBe(201);
    expect((await send({ method: 'POST', path: '/webhooks', body: tooMany })).status).toBe(422);
  });

  it.each(['/openapi.json', '/docs'])('do not block the event loop by %s', async (path) => {
    expect(await complaints(path, { method: 'GET', path })).toEqual([]);
  });
});
