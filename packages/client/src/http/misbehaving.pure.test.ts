import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Hukz, HukzError, type HukzOptions, type RequestReport } from 'hukz-client';
import { type Answer, type Receiver, startReceiver } from '../../../../internal/testkit/servers/receiver.js';

const TOKEN = 'token-of-a-gateway';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const WEBHOOK = { url: 'https://example.com/hook', event_ids: [1], secret: SECRET };
const QUICK = { baseMs: 1, maxMs: 1 };

let server: Receiver;
let reports: RequestReport[];
beforeEach(async () => {
  server = await startReceiver();
  reports = [];
});
afterEach(() => server.stop());

const clientOf = (options: HukzOptions = {}) =>
  new Hukz({ url: server.url, token: TOKEN, user: 1, retry: QUICK, onRequest: (one) => reports.push(one), ...options });

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const refusal = (status: number, message = 'no', source?: string) =>
  json(status, { errors: [{ code: status, message, source }] });
const GOOD = json(200, { id: 1, nodes: [] });
/** The server answers one after the other, and the last one always. */
const answerWith = (...answers: readonly Answer[]) =>
  server.behave((_, index) => answers[Math.min(index, answers.length - 1)] ?? GOOD);

async function failureOf(work: () => PromiseLike<unknown>): Promise<HukzError> {
  const error = await Promise.resolve(work()).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HukzError)) throw new Error('no HukzError', { cause: error });
  const seen = inspect(error, { depth: 10, showHidden: true }) + inspect(reports);
  for (const hidden of [TOKEN, SECRET]) expect(seen).not.toContain(hidden);
  return error;
}

describe('a request that fails', () => {
  it.each([408, 429, 502, 503, 504])('with %i is repeated, with the same key and the same id', async (status) => {
    answerWith(refusal(status), refusal(status), GOOD);
    await clientOf().webhooks.create(WEBHOOK);
    const sent = server.requests.map(({ headers, body }) => ({
      key: headers['idempotency-key'],
      id: headers['x-request-id'],
      body: String(body),
    }));
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/);
    expect(server.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'x-user': '1' });
    const report = { method: 'POST', path: '/webhooks', requestId: sent[0]?.id, durationMs: expect.any(Number) };
    expect(reports).toEqual([
      { ...report, attempt: 1, status, retryInMs: expect.any(Number) },
      { ...report, attempt: 2, status, retryInMs: expect.any(Number) },
      { ...report, attempt: 3, status: 200 },
    ]);
  });

  it.each([
    [400, 'bad_request'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [412, 'precondition_failed'],
    [413, 'too_large'],
    [415, 'unsupported_media_type'],
    [422, 'unprocessable'],
    [431, 'failed'],
    [500, 'failed'],
    [501, 'failed'],
  ])('with %i is not repeated', async (status, code) => {
    answerWith(refusal(status, 'must be a URL', 'url'));
    const error = await failureOf(() => clientOf().webhooks.create(WEBHOOK));
    expect(error).toMatchObject({ status, code, isRetryable: false, attempts: 1 });
    expect(error.problems).toEqual([{ message: 'must be a URL', source: 'url' }]);
    expect(error.message).toBe(`POST /webhooks was answered with ${status}: must be a URL (url)`);
    expect(server.requests).toHaveLength(1);
  });

  it('with 409 is repeated while the first one with the key is in progress', async () => {
    answerWith(json(409, { errors: [{ code: 409, message: 'in progress' }] }, { 'retry-after': '0' }), GOOD);
    await clientOf().webhooks.create(WEBHOOK);
    expect(server.requests).toHaveLength(2);
  });

  it('is repeated after the time that the service asks for', async () => {
    answerWith(json(429, {}, { 'retry-after': '1' }), GOOD);
    await clientOf().events.list();
    const [first, second] = server.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('is not repeated if that time is too long', async () => {
    answerWith(json(503, {}, { 'retry-after': '61' }));
    const error = await failureOf(() => clientOf().events.list());
    expect(error).toMatchObject({ retryAfterMs: 61_000, isRetryable: true, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it('fails after the last repetition, and says how many there were', async () => {
    answerWith(refusal(503, 'PostgreSQL is away'));
    const error = await failureOf(() => clientOf().events.list());
    expect(error).toMatchObject({ status: 503, code: 'unavailable', isRetryable: true, attempts: 4 });
    const once = await failureOf(() => clientOf().events.list({}, { retry: false }));
    expect([once.attempts, server.requests.length]).toEqual([1, 5]);
  });

  it('is repeated when its connection is lost', async () => {
    answerWith({ cut: true }, GOOD);
    await clientOf().events.create({ event: 'a.b' });
    expect(reports.map(({ failure, status }) => failure ?? status)).toEqual(['network', 200]);
    expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('names the address that nothing answers at', async () => {
    const hukz = clientOf();
    await server.stop();
    const error = await failureOf(() => hukz.events.list());
    expect(error).toMatchObject({ status: 0, code: 'network', isRetryable: true, attempts: 4 });
    expect(error.message).toBe(`GET /events got no answer from ${server.url}: ECONNREFUSED (4 requests)`);
  });

  it.each<[string, Answer]>([
    ['no answer', { hang: true }],
    ['half an answer', { raw: (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{') }],
  ])('with %s is repeated after its timeout', async (_, answer) => {
    answerWith(answer, answer, GOOD);
    await clientOf({ timeoutMs: 50 }).events.list();
    expect(reports.map(({ failure, status }) => failure ?? status)).toEqual(['timeout', 'timeout', 200]);
    const error = await failureOf(() => {
      answerWith(answer);
      return clientOf().events.list({}, { timeoutMs: 20, retry: { maxAttempts: 2 } });
    });
    expect(error).toMatchObject({ status: 0, code: 'timeout', isRetryable: true });
    expect(error.message).toBe('GET /events was not answered within 20 ms (2 requests)');
  });

  it.each<[string, Answer]>([
    ['a lost connection', { cut: true }],
    ['a gateway that did not wait', { status: 504 }],
  ])('because of %s may have been carried out, which the error of its repetition says', async (_, answer) => {
    answerWith(answer, refusal(404, 'Record not found'));
    const error = await failureOf(() => clientOf().webhooks.delete(7));
    expect(error.message).toBe(
      'DELETE /webhooks/7 was answered with 404: Record not found; an earlier request of this call may have been carried out',
    );
  });
});

describe('a signal', () => {
  it('ends a call that waits for its answer', async () => {
    answerWith({ hang: true });
    const ending = new AbortController();
    const call = clientOf().events.list({}, { signal: ending.signal });
    const failed = expect(call.firstPage()).rejects.toBe('enough');
    await server.waitFor(1);
    ending.abort('enough');
    await failed;
    expect(server.requests).toHaveLength(1);
  });

  it('ends a call that waits for its next request', async () => {
    answerWith(json(503, {}, { 'retry-after': '50' }));
    const ending = new AbortController();
    const onRequest = ({ retryInMs }: RequestReport) => {
      expect(retryInMs).toBeGreaterThan(49_000);
      ending.abort(new Error('enough'));
    };
    await expect(clientOf({ onRequest }).events.get(1, { signal: ending.signal })).rejects.toThrow('enough');
  });

  it('that was aborted before sends nothing', async () => {
    const call = clientOf().events.get(1, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(call).rejects.toThrow('enough');
    expect(server.requests).toEqual([]);
  });
});

describe('an answer', () => {
  it('of a service that is not hukz is no success', async () => {
    answerWith({ body: '<html>Welcome</html>' });
    const error = await failureOf(() => clientOf().events.list());
    expect(error).toMatchObject({ status: 200, code: 'bad_answer', isRetryable: false });
    expect(error.message).toContain(`a body that is no JSON: check that hukz is at ${server.url}`);
  });

  it('of a gateway without its service is repeated, and then explained', async () => {
    answerWith({ status: 502, body: '<html>Bad Gateway</html>' });
    const error = await failureOf(() => clientOf().events.list());
    expect(error).toMatchObject({ status: 502, code: 'failed', isRetryable: true, attempts: 4 });
    expect(error.message).toContain('it may come from a proxy or from another service');
  });

  it('that is a redirect is not followed, because credentials would go with it', async () => {
    answerWith({ status: 302, headers: { location: `${server.url}/other` } }, GOOD);
    const error = await failureOf(() => clientOf().events.list());
    expect(error.message).toContain('a redirect is not followed: give the URL of the API itself');
    expect(server.requests).toHaveLength(1);
  });

  it('of the readiness check names the dependencies that are away, and is final', async () => {
    answerWith(json(503, { errors: { database: 'not reachable', nats: 'away' } }));
    const error = await failureOf(() => clientOf().health.ready());
    expect(error.problems).toEqual([
      { message: 'not reachable', source: 'database' },
      { message: 'away', source: 'nats' },
    ]);
    expect(server.requests).toHaveLength(1);
  });

  it('with many problems is a message of a few', async () => {
    const errors = Array.from({ length: 9 }, (_, n) => ({ code: 422, message: `wrong ${n}`, source: `f${n}` }));
    answerWith(json(422, { errors }, { 'x-request-id': 'r-1' }));
    const error = await failureOf(() => clientOf().events.create({ event: '' }));
    expect(error.message).toContain('wrong 2 (f2); and 6 more');
    expect([error.problems.length, error.requestId]).toEqual([9, 'r-1']);
  });
});

describe('a request', () => {
  it.each(['', '.', '..', Number.NaN, 1.5])(
    'with the id %j is not sent, because it would be another request',
    async (id) => {
      await expect(clientOf().messages.get(id as string)).rejects.toThrow('id is missing, or is no id and no key');
      expect(server.requests).toEqual([]);
    },
  );

  it('has keys in its path, lists in its query, and a revision in If-Match', async () => {
    server.behave(GOOD);
    const hukz = clientOf({ url: `${server.url}/prefix/` }).in(7);
    await hukz.webhooks.update('key:shop/a b', {}, { ifMatch: 3 });
    await hukz.logs.list({ tag: ['a:1', 'b:2'], event: 'ä b' });
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/prefix/webhooks/key%3Ashop%2Fa%20b?space=7',
      '/prefix/webhooks/logs?tag=a%3A1&tag=b%3A2&event=%C3%A4+b&space_id=7',
    ]);
    expect(server.requests[0]?.headers['if-match']).toBe('"3"');
  });

  it.each([
    [{ idempotencyKey: 'é' }, 'idempotencyKey must have 1 to 255 visible characters of ASCII'],
    [{ ifMatch: Number.NaN }, 'ifMatch must be the revision of a resource'],
    [{ timeoutMs: -1 }, 'timeoutMs must be'],
  ])('with the options %j is refused', async (options, sentence) => {
    await expect(clientOf().webhooks.pause(1, options)).rejects.toThrow(sentence);
    expect(server.requests).toEqual([]);
  });
});

describe('a list', () => {
  const page = (nodes: readonly number[], next_cursor?: string) => json(200, { nodes, next_cursor });
  const cursors = () => server.requests.map(({ url }) => new URL(url, server.url).searchParams.get('cursor'));
  const limits = () => server.requests.map(({ url }) => new URL(url, server.url).searchParams.get('limit'));

  it('is read to its end, also beyond a page without nodes', async () => {
    answerWith(page([1, 2], 'b'), page([], 'c'), page([3]));
    const nodes: unknown[] = [];
    for await (const node of clientOf().messages.list()) nodes.push(node);
    expect(nodes).toEqual([1, 2, 3]);
    expect(cursors()).toEqual([null, 'b', 'c']);
    expect(limits()).toEqual(['100', '100', '100']);
  });

  it('is read only as far as it is needed', async () => {
    answerWith(page([1, 2], 'b'), page([3, 4], 'c'), page([5]));
    const list = clientOf().messages.list();
    expect(server.requests).toHaveLength(0);
    expect(await list.take(3)).toEqual([1, 2, 3]);
    expect(limits()).toEqual(['3', '3']);
    expect(await list.take(0)).toEqual([]);
    expect(server.requests).toHaveLength(2);
  });

  it('that is awaited is one page, which is read once', async () => {
    answerWith(page([1, 2], 'b'));
    const list = clientOf().messages.list({ limit: 2, cursor: 'a' });
    expect(await list).toEqual({ nodes: [1, 2], next_cursor: 'b' });
    expect((await list).nodes).toEqual([1, 2]);
    expect([cursors(), limits()]).toEqual([['a'], ['2']]);
  });

  it('does not go round in circles', async () => {
    answerWith(page([1], 'b'), page([2], 'b'));
    await expect(clientOf().messages.list().take(9)).rejects.toThrow('next_cursor is its own cursor');
  });
});
