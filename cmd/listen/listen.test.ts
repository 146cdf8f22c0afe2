import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ConnectionOptions, connect, headers as makeHeaders, type NatsConnection } from 'nats';
import { findFreePort } from '../../internal/local/free-port.js';
import { eventually } from '../../internal/testkit/eventually.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';
import { type Receiver, startReceiver } from '../../internal/testkit/servers/receiver.js';
import { startTestNats } from '../../internal/testkit/servers/test-nats.js';
import { verify } from '../../packages/signatures/src/verify.js';
import type { CommandFailed } from '../command-failed.js';
import type { Exchange } from './forward-queue.js';
import type { ListenOptions } from './listen-options.js';
import { exchangeLine } from './show-exchange.js';
import { type Started, startListening } from './start-listening.js';

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const OPTIONS: Omit<ListenOptions, 'forwardTo'> = {
  subjects: ['order.>'],
  settings: { signature: { scheme: 'standard' } },
  concurrency: 10,
  timeoutMs: 10_000,
};

interface Run extends Started {
  readonly exchanges: Exchange[];
  readonly said: string[];
  readonly failures: CommandFailed[];
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Given = Partial<ListenOptions> & Pick<ListenOptions, 'forwardTo'>;

async function run(servers: string, options: Given, login: ConnectionOptions = {}): Promise<Run> {
  const [exchanges, said, failures]: [Exchange[], string[], CommandFailed[]] = [[], [], []];
  const nats = await connect({ servers, ...login });
  cleanups.push(() => nats.close());
  const started = await startListening(
    { ...OPTIONS, ...options },
    {
      nats,
      inboxPrefix: '_INBOX',
      secret: SECRET,
      version: '0.0.0',
      onExchange: (exchange) => void exchanges.push(exchange),
      say: (sentence) => void said.push(sentence),
      onFailure: (error) => void failures.push(error),
    },
  );
  cleanups.push(started.stop);
  return { ...started, exchanges, said, failures };
}

async function servers(): Promise<{
  readonly url: string;
  readonly nats: NatsConnection;
  readonly receiver: Receiver;
}> {
  const [server, receiver] = await Promise.all([startTestNats(), startReceiver()]);
  const nats = await connect({ servers: server.url });
  cleanups.push(server.stop, receiver.stop, () => nats.close());
  return { url: server.url, nats, receiver };
}

const ended = ({ exchanges }: Run, count: number) =>
  eventually(() => exchanges.length >= count, { what: `${count} requests that ended` });

describe('a request of hukz listen', () => {
  const kit = useAppKit();

  it('is the request that the service sends, header for header and byte for byte', async () => {
    const mine = await startReceiver();
    cleanups.push(mine.stop);
    const event = await kit.hukz.api.event('order.created');
    await kit.hukz.api.webhook(kit.receiver.url, [event], { secret: SECRET });
    await run(`nats://${kit.nats.getServer()}`, { forwardTo: mine.url });
    const headers = makeHeaders();
    headers.set('Hukz-Request-Id', 'order 4711');
    headers.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    kit.nats.publish('order.created', '{ "n":12345678901234567890, "a":1.0, "a":2 }', { headers });
    const [[theirs], [ours]] = await Promise.all([kit.receiver.waitFor(1), mine.waitFor(1)]);
    const OF_THE_MESSAGE = ['host', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'hukz-message'];
    const comparable = (request: typeof ours) => ({
      method: request?.method,
      names: Object.keys(request?.headers ?? {}),
      values: Object.entries(request?.headers ?? {}).filter(([name]) => !OF_THE_MESSAGE.includes(name)),
      body: request?.body.toString().replace(/"created_at":"[^"]+"/, '"created_at":""'),
    });
    expect(comparable(ours)).toEqual(comparable(theirs));
    expect(comparable(ours).body).toContain('{ "n":12345678901234567890, "a":1.0, "a":2 }');
    for (const request of [theirs, ours]) {
      const { headers: got = {}, body = '' } = request ?? {};
      expect(await verify({ headers: got, body }, { secret: SECRET })).toMatchObject({ scheme: 'standard' });
    }
  });
});

describe('hukz listen', () => {
  it('writes one line per request', async () => {
    const { url, nats, receiver } = await servers();
    receiver.behave({ status: 204 });
    const listening = await run(url, { forwardTo: `${receiver.url}/hook?a=1` });
    nats.publish('order.created', '{}');
    await ended(listening, 1);
    expect(listening.exchanges.map(exchangeLine)).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3} {2}order\.created +204 {2}\d+ ms$/),
    ]);
    expect(receiver.requests[0]?.url).toBe('/hook?a=1');
  });

  it('sends the last request again, with the number of the attempt and a valid signature', async () => {
    const { url, nats, receiver } = await servers();
    const listening = await run(url, { forwardTo: receiver.url });
    listening.forwarding.resendLast();
    expect(listening.said).toEqual(['there is no request yet']);
    nats.publish('order.created', '{"id":1}');
    await ended(listening, 1);
    listening.forwarding.resendLast();
    await ended(listening, 2);
    const [first, second] = receiver.requests;
    expect(second?.headers).toMatchObject({ 'webhook-id': first?.headers['webhook-id'], 'hukz-attempt': '2' });
    expect(second?.body).toEqual(first?.body);
    await verify({ headers: second?.headers ?? {}, body: second?.body ?? '' }, { secret: SECRET });
    expect(listening.exchanges.map(exchangeLine)[1]).toMatch(/attempt 2$/);
  });

  it('shows the last request and its answer in full', async () => {
    const { url, nats, receiver } = await servers();
    receiver.behave({ status: 422, headers: { 'x-why': 'unknown' }, body: 'no such order' });
    const listening = await run(url, { forwardTo: receiver.url });
    nats.publish('order.created', '{ "id": 1.0 }');
    await ended(listening, 1);
    expect(listening.forwarding.showLast().toString()).toMatch(
      /^POST\ncontent-type: application\/json\n.*webhook-signature: v1,.*"payload":\{ "id": 1\.0 \}\}\n\n422\n.*x-why: unknown\n.*\n\nno such order\n$/s,
    );
  });

  it('says once that the application is not running, and goes on when it is', async () => {
    const { url, nats } = await servers();
    const port = await findFreePort();
    const listening = await run(url, { forwardTo: `http://127.0.0.1:${port}` });
    nats.publish('order.created', '{}');
    nats.publish('order.paid', '{}');
    await ended(listening, 2);
    expect(listening.exchanges.map(exchangeLine)[0]).toContain('order.created                 connection refused');
    expect(listening.said).toEqual([
      `nothing answers at http://127.0.0.1:${port}: start your application; press r to send the last request again`,
    ]);
    const receiver = await startReceiver({}, port);
    cleanups.push(receiver.stop);
    nats.publish('order.shipped', '{}');
    await ended(listening, 3);
    expect(listening.exchanges.map(exchangeLine)[2]).toMatch(/order\.shipped +200/);
  });

  it('keeps to its number of requests at the same time, and leaves messages out when too many wait', async () => {
    const { url, nats, receiver } = await servers();
    let release: (answer: object) => void = () => undefined;
    const held = new Promise<object>((resolve) => (release = resolve));
    receiver.behave(() => held);
    const listening = await run(url, { forwardTo: receiver.url, concurrency: 2 });
    const large = Buffer.alloc(600_000, '1');
    for (let n = 0; n < 60; n++) nats.publish('order.created', large);
    await nats.flush();
    await eventually(() => listening.said.length > 0, { what: 'a sentence about messages that are left out' });
    release({});
    await eventually(() => listening.said.length === 2, { what: 'the number of messages that were left out' });
    expect(listening.said[0]).toMatch(/ is slower than the messages: further ones are left out until it catches up$/);
    const leftOut = Number(/^(\d+) messages were left out$/.exec(listening.said[1] ?? '')?.[1]);
    // How many more are left out until the receiver answers depends on the machine.
    expect(leftOut).toBeGreaterThan(0);
    await ended(listening, 60 - leftOut);
    expect(receiver.maxAtOnce).toBe(2);
  });

  it('gives up on an answer that does not come in time', async () => {
    const { url, nats, receiver } = await servers();
    receiver.behave({ hang: true });
    const listening = await run(url, { forwardTo: receiver.url, timeoutMs: 100 });
    nats.publish('order.created', '{}');
    await ended(listening, 1);
    expect(listening.exchanges[0]?.answer).toEqual({
      kind: 'failed',
      reason: 'timeout',
      error: 'no answer within 0.1 s',
    });
  });

  it('keeps 16 KiB of an answer that never ends', async () => {
    const { url, nats, receiver } = await servers();
    receiver.behave({ body: 'x'.repeat(2_000_000) });
    const listening = await run(url, { forwardTo: receiver.url });
    nats.publish('order.created', '{}');
    await ended(listening, 1);
    expect(listening.exchanges[0]?.answer).toMatchObject({ kind: 'answered', body: Buffer.from('x'.repeat(16_384)) });
  });

  it('forwards no request to the NATS server, no reply and no event of hukz, and each message once', async () => {
    const { url, nats, receiver } = await servers();
    const listening = await run(url, { subjects: ['order.>', '>'], forwardTo: receiver.url });
    for (const subject of ['$JS.API.INFO', '_INBOX.abc.1', 'hukz.result.0.1.failed', 'order.created', 'other'])
      nats.publish(subject, '{}');
    await ended(listening, 2);
    expect(listening.exchanges.map(({ job }) => job.subject).sort()).toEqual(['order.created', 'other']);
  });

  it('reports a message that the service would give to no webhook', async () => {
    const { url, nats, receiver } = await servers();
    const listening = await run(url, { forwardTo: receiver.url });
    const headers = makeHeaders();
    headers.set('Hukz-Space', 'seven');
    nats.publish('order.created', '{}', { headers });
    await eventually(() => listening.said.length > 0, { what: 'a sentence' });
    expect(listening.said[0]).toMatch(
      /order\.created {2}not sent: Hukz-Space: .*; such a message triggers no webhook$/,
    );
    expect(receiver.requests).toEqual([]);
  });
});

describe('hukz listen is refused', () => {
  it('by the server, if the NATS user may not subscribe to the subject', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hukz-listen-'));
    const file = join(directory, 'nats.conf');
    await writeFile(file, 'authorization { users: [{ user: a, password: b, permissions: { subscribe: "mine.>" } }] }');
    const server = await startTestNats({ args: ['-c', file] });
    cleanups.push(() => rm(directory, { recursive: true }), server.stop);
    const listening = await run(server.url, { forwardTo: 'http://127.0.0.1:1' }, { user: 'a', pass: 'b' });
    await eventually(() => listening.failures.length > 0, { what: 'a refusal' });
    expect(listening.failures[0]?.message).toBe(
      'The NATS user may not subscribe to order.>.\nAsk an operator for the right, or use another subject.',
    );
  });

  it.each([
    [{ subjects: ['a..b'] }, 'cannot listen to "a..b": a subject may not have empty tokens'],
    [{ forwardTo: 'localhost:3000' }, '--forward-to: this is not the URL of an application.'],
  ])('for the options %j, in a sentence', async (options, sentence) => {
    const { url } = await servers();
    await expect(run(url, { forwardTo: 'http://127.0.0.1:1', ...options })).rejects.toThrow(sentence);
  });
});
