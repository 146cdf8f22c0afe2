import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import {
  type Claim,
  type Dedupe,
  type Delivery,
  type FastifyInstance,
  fastifyPlugin,
  fetchHandler,
  Later,
  nodeHandler,
  postgresDedupe,
  type Receiver,
  receiver,
  verify,
} from 'hukz-receiver';
import { makeSecret, sign } from 'hukz-signatures';
import { Pool } from 'pg';
import { eventually } from '../../../internal/testkit/eventually.js';
import { useAppKit } from '../../../internal/testkit/kits/use-app-kit.js';

interface FastifyApp extends Omit<FastifyInstance, 'post'> {
  register(plugin: unknown, options: object): PromiseLike<unknown>;
  post(
    path: string,
    handler: (
      request: { readonly headers: IncomingHttpHeaders; readonly body: unknown },
      reply: { code(status: number): { send(text: string): unknown } },
    ) => unknown,
  ): unknown;
  listen(options: object): Promise<string>;
  close(): Promise<unknown>;
}
interface HonoApp {
  post(
    path: string,
    handler: (context: { readonly req: { readonly raw: Request; json(): Promise<unknown> } }) => unknown,
  ): void;
  fetch(request: Request): Response | Promise<Response>;
}

/** A framework that is not installed yet, in a clone older than this test, is skipped by name. */
async function installed<T>(name: string): Promise<T | undefined> {
  try {
    return (await import(name)) as T;
  } catch {
    console.warn(`${name} is not installed: its tests are skipped`);
    return undefined;
  }
}
const fastify = (await installed<{ default: () => FastifyApp }>('fastify'))?.default;
const Hono = (await installed<{ Hono: new () => HonoApp }>('hono'))?.Hono;

const kit = useAppKit();
const secret = makeSecret();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(listener: RequestListener | Server): Promise<string> {
  const server = typeof listener === 'function' ? createServer(listener) : listener;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

/** Serves a function from a request to a response, as the servers of Next and Deno do. */
const serve = (answer: (request: Request) => Response | Promise<Response>) =>
  listen(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as [string, string]);
    const response = await answer(new Request(`http://receiver${incoming.url}`, { method: 'POST', headers, body }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });

const adapters: Readonly<Record<string, (hooks: Receiver) => Promise<string>>> = {
  'node:http': (hooks) => listen(nodeHandler(hooks)),
  express: (hooks) => listen(express().post('/hook', nodeHandler(hooks))),
  'express.raw': (hooks) => listen(express().post('/hook', express.raw({ type: '*/*' }), nodeHandler(hooks))),
  ...(fastify && {
    fastify: async (hooks: Receiver) => {
      const app = fastify();
      await app.register(fastifyPlugin(hooks), { path: '/hook' });
      closing.push(() => app.close());
      return `${await app.listen({ port: 0, host: '127.0.0.1' })}/hook`;
    },
  }),
  ...(Hono && {
    hono: (hooks: Receiver) => {
      const app = new Hono();
      const handle = fetchHandler(hooks);
      app.post('/hook', (context) => handle(context.req.raw));
      return serve((request) => app.fetch(request));
    },
  }),
  'a route of Next': (hooks) => serve(fetchHandler(hooks)),
};

async function post(url: string, body: RequestInit['body'], more: Readonly<Record<string, string>> = {}) {
  const signed = await sign({ id: 'd-1', body: '{"id":1}' }, { secret });
  const headers = { 'content-type': 'application/json', ...signed, 'hukz-event': 'order.created', ...more };
  const response = await fetch(url, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  return [response.status, response.headers.get('retry-after'), await response.text()];
}

describe.each(Object.entries(adapters))('a receiver with %s', (name, open) => {
  it('handles what a started hukz sends and signs, byte for byte, and asks it to come later', async () => {
    const bodies: Delivery[] = [];
    const subject = `adapter.${name.replaceAll(/\W/g, '-')}`;
    const event_ids = [await kit.hukz.api.event(subject)];
    // The key is known only when the webhook exists, and the webhook needs the address.
    let hooks: Receiver | undefined;
    const later = receiver({ secret });
    const url = await open({ ...later, receive: (incoming) => (hooks ?? later).receive(incoming) });
    const retry = { schedule: ['100ms'], jitter: 0 };
    const { body: webhook } = await kit.hukz.api.post('/webhooks', {
      url,
      event_ids,
      retry,
      format: 'raw',
      signature: { scheme: 'standard-ed25519' },
    });
    hooks = receiver({ secret: webhook.secrets[0].public_key }).on('adapter.*', (delivery) => {
      bodies.push(delivery);
      if (bodies.length === 1) throw new Later(1);
    });
    const payload = Buffer.from('{ "id": 12345678901234567890, "é": "\u{1f30a}" }\n');
    kit.nats.publish(subject, payload);
    await eventually(() => bodies.length === 2, { what: 'two attempts', timeoutMs: 10_000 });
    expect(bodies.map(({ body }) => Buffer.from(body).equals(payload))).toEqual([true, true]);
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(1);
    expect(bodies.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(Number(bodies[1]!.sentAt) - Number(bodies[0]!.sentAt)).toBeGreaterThanOrEqual(1000);
  });

  it('answers 204, 200, 401, 413 and 500, and the connection can be used again', async () => {
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    const hooks = receiver({ secret, maxBytes: 100, onError })
      .on('order.created', ({ json }) => json())
      .on('bad', () => {
        throw new Error('broken');
      });
    const url = await open(hooks);
    expect(await post(url, '{"id":1}', { 'hukz-event': 'bad' })).toEqual([
      500,
      null,
      'the request could not be handled',
    ]);
    expect(await post(url, '{"id":1}')).toEqual([204, null, '']);
    expect(await post(url, '{"id":1}')).toEqual([200, null, 'this id was handled before']);
    expect(await post(url, '{"id":2}')).toEqual([401, null, expect.stringMatching(/^no_match: /)]);
    expect(await post(url, 'x'.repeat(101))).toEqual([413, null, 'the body is larger than maxBytes']);
    expect(await post(url, new Blob(['x'.repeat(5000)]).stream())).toEqual([
      413,
      null,
      'the body is larger than maxBytes',
    ]);
    expect(await post(url, '{"id":1}')).toEqual([200, null, 'this id was handled before']);
    expect(errors.map(String)).toEqual(['Error: broken']);
  });
});

describe('a body that was parsed before', () => {
  const parsed = [401, null, expect.stringMatching(/^body_was_parsed: the body is a parsed object/)];

  it('is the reason of the refusal: express.json', async () => {
    const handle = nodeHandler(receiver({ secret }));
    const url = await listen(express().use(express.json()).post('/hook', handle));
    expect(await post(url, '{"id":1}')).toEqual(parsed);
  });

  (fastify ? it : it.skip)('is the reason of the refusal: request.body of fastify', async () => {
    const app = fastify!();
    app.post('/hook', async ({ headers, body }, reply) => {
      const request = { headers, body: body as string };
      const error = await verify(request, { secret })
        .then(() => undefined)
        .catch((caught: unknown) => caught);
      return reply.code(401).send(`${(error as { reason: string }).reason}: ${(error as Error).message}`);
    });
    closing.push(() => app.close());
    const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/hook`;
    expect(await post(url, '{"id":1}')).toEqual(parsed);
  });

  (Hono ? it : it.skip)('is the reason of the refusal: a handler of hono that has read it', async () => {
    const app = new Hono!();
    const handle = fetchHandler(receiver({ secret }));
    app.post('/hook', async (context) => {
      await context.req.json();
      return handle(context.req.raw);
    });
    expect(await post(await serve((request) => app.fetch(request)), '{"id":1}')).toEqual([
      401,
      null,
      expect.stringMatching(/^body_was_parsed: the body is missing/),
    ]);
  });

  it('is no problem where it is still text or bytes: verify() of a request of express', async () => {
    const app = express().use(express.text({ type: '*/*' }));
    app.post('/hook', async (request, response) => {
      response.send((await verify(request, { secret })).event);
    });
    expect(await post(await listen(app), '{"id":1}')).toEqual([200, null, 'order.created']);
  });
});

describe('ids in PostgreSQL', () => {
  let pool: Pool;
  beforeAll(() => {
    pool = new Pool(kit.database.connection);
  });
  afterAll(() => pool.end());
  const open = (table: string, leaseMs = 60_000) =>
    postgresDedupe({ query: (text, values) => pool.query(text, values), table, leaseMs });

  async function claimed(dedupe: Dedupe, id: string): Promise<Claim> {
    const claim = await dedupe.claim(id);
    if (typeof claim === 'string') throw new Error(claim);
    return claim;
  }

  beforeEach(() => open('receipts').createTable());

  it('are known to all processes, and claimed by one of them only', async () => {
    const [one, other] = [open('receipts'), open('receipts')];
    const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? one : other).claim('a')));
    expect(claims.filter((claim) => claim === 'running')).toHaveLength(19);
    const claim = claims.find((each) => typeof each !== 'string');
    if (claim === undefined || typeof claim === 'string') throw new Error('no claim');
    await claim.finish();
    expect([await one.claim('a'), await other.claim('a')]).toEqual(['handled', 'handled']);
  });

  it('are free again when their handler has failed, or when their process is gone and the lease has ended', async () => {
    const dedupe = open('receipts');
    await (await claimed(dedupe, 'b')).abandon();
    const gone = await claimed(open('receipts', 1), 'b');
    await eventually(async () => (await dedupe.claim('b')) !== 'running', { what: 'the end of the lease' });
    // The process that was thought to be gone ends its handler late. The claim is not its own any more.
    await gone.abandon();
    await gone.finish();
    expect(await dedupe.claim('b')).toBe('running');
  });

  it('are removed when they are old, and not while their handler runs', async () => {
    const dedupe = open('receipts');
    await (await claimed(dedupe, 'c')).finish();
    await claimed(dedupe, 'd');
    await dedupe.removeOlderThan(60_000);
    expect(await dedupe.claim('c')).toBe('handled');
    await dedupe.removeOlderThan(0);
    expect([typeof (await dedupe.claim('c')), await dedupe.claim('d')]).toEqual(['object', 'running']);
  });

  it('are in a table whose name cannot be SQL', () => {
    expect(() => open('receipts; drop table events')).toThrow(/^table must be a name/);
    expect(() => open('hooks.receipts')).not.toThrow();
  });
});
