import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { type RawAnswer, type RawReceiver, startRawReceiver } from '../testkit/servers/raw-receiver.js';
import { makeSender, type Sender, type SenderOptions } from './http/sender.js';

const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Listens on a free port of 127.0.0.1 until the test is over. */
async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function listenRaw(answer: RawAnswer): Promise<RawReceiver> {
  const receiver = await startRawReceiver(answer);
  endings.push(() => receiver.stop());
  return receiver;
}

function startSender(options: Partial<SenderOptions> = {}): Sender {
  const sender = makeSender({
    version: '1',
    clock: systemClock,
    timeoutMs: 5000,
    opener: makeTestOpener(),
    ...options,
  });
  endings.push(() => sender.stop());
  return sender;
}

const to = (url: string, subject = 'a.b') => makeTestRequest(url, { subject });

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

describe('a connection', () => {
  it('that is refused is said to be', async () => {
    const port = await listen(net.createServer());
    await endings.pop()?.();
    const outcome = await startSender().send(to(`http://127.0.0.1:${port}/`));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'connect', error: 'connection refused' });
  });

  it('is used again by the next request', async () => {
    const server = await listenRaw((socket) => void socket.write(OK));
    const sender = startSender();
    for (let sent = 0; sent < 5; sent += 1) await sender.send(to(server.url));
    expect(server.connections.map(({ requests }) => requests.length)).toEqual([5]);
    expect(sender.stats()).toEqual({ inFlight: 0, origins: 1, sockets: 1, resent: 0, sessionsRefused: 0 });
  });

  it('that is idle is closed after a while', async () => {
    const server = await listenRaw((socket) => void socket.write(OK));
    const sender = startSender({ keepAliveMs: 50 });
    await sender.send(to(server.url));
    await eventually(() => sender.stats().sockets === 0, { what: 'the idle socket to be closed' });
  });
});

describe('a connection that dies without an answer', () => {
  it('is replaced at once by a fresh one when it had been used before', async () => {
    const server = await listenRaw((socket, connection, request) => {
      if (connection === 1 && request === 2) socket.destroy();
      else socket.write(OK);
    });
    const sender = startSender();
    await sender.send(to(server.url));
    expect(await sender.send(to(server.url))).toMatchObject({ kind: 'answered', status: 200 });
    expect(server.connections.map(({ requests }) => requests.length)).toEqual([2, 1]);
    expect(sender.stats().resent).toBe(1);
    const ids = server.connections.flatMap(({ requests }) =>
      requests.map((head) => /webhook-id: (.*)\r/.exec(head)?.[1]),
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('is replaced when it is reset while nothing was under way', async () => {
    const server = await listenRaw((socket) => void socket.write(OK));
    const sender = startSender();
    await sender.send(to(server.url));
    server.connections[0]?.socket.resetAndDestroy();
    expect(await sender.send(to(server.url))).toMatchObject({ kind: 'answered', status: 200 });
  });

  it('is replaced once only', async () => {
    const server = await listenRaw((socket, connection, request) => {
      if (connection > 1 || request > 1) socket.destroy();
      else socket.write(OK);
    });
    const sender = startSender();
    await sender.send(to(server.url));
    const outcome = await sender.send(to(server.url));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'closed', error: 'closed before answering' });
    expect(server.connections).toHaveLength(2);
  });

  it('is not replaced by another idle one, which may be as dead', async () => {
    let dead = false;
    const server = await listenRaw((socket, connection) => {
      if (dead && connection <= 3) socket.destroy();
      else setTimeout(() => socket.write(OK), 20);
    });
    const sender = startSender();
    await Promise.all([1, 2, 3].map(() => sender.send(to(server.url))));
    expect(server.connections).toHaveLength(3);
    dead = true;
    expect(await sender.send(to(server.url))).toMatchObject({ kind: 'answered', status: 200 });
    expect(server.connections).toHaveLength(4);
  });

  it('is not replaced when it was fresh', async () => {
    const server = await listenRaw((socket) => void socket.destroy());
    const sender = startSender();
    const outcome = await sender.send(to(server.url));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'closed', error: 'closed before answering' });
    expect(server.connections).toHaveLength(1);
  });

  it('is not replaced when a byte of an answer had come', async () => {
    const server = await listenRaw((socket, _connection, request) => {
      if (request === 1) socket.write(OK);
      else socket.end('HTTP/1.1 2');
    });
    const sender = startSender();
    await sender.send(to(server.url));
    const outcome = await sender.send(to(server.url));
    expect(outcome).toMatchObject({ kind: 'unreachable', error: 'closed in the middle of the headers' });
    expect(server.connections).toHaveLength(1);
  });

  it('is not replaced when it dies long after the request was written', async () => {
    let nowMs = 0;
    const server = await listenRaw((socket, _connection, request) => {
      if (request === 1) socket.write(OK);
      else {
        nowMs += 2000;
        socket.destroy();
      }
    });
    const sender = startSender({ clock: { now: systemClock.now, monotonic: () => nowMs } });
    await sender.send(to(server.url));
    expect(await sender.send(to(server.url))).toMatchObject({ kind: 'unreachable', reason: 'closed' });
    expect(server.connections).toHaveLength(1);
  });
});

describe('origins', () => {
  it('beyond the bound close the least recently used one that is idle', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => listenRaw((socket) => void socket.write(OK))));
    const [first, second, third] = servers.map(({ url }) => url);
    const sender = startSender({ maxOrigins: 2 });
    for (const url of [first, second, first, third]) await sender.send(to(url!));
    await eventually(() => sender.stats().sockets === 2, { what: 'one socket to be closed' });
    expect(sender.stats().origins).toBe(2);
    for (const url of [first, third]) await sender.send(to(url!));
    expect(servers.map(({ connections }) => connections.length)).toEqual([1, 1, 1]);
    await sender.send(to(second!));
    expect(servers.map(({ connections }) => connections.length)).toEqual([1, 2, 1]);
  });

  it('that have a request running stay, whatever the bound says', async () => {
    const waiting: net.Socket[] = [];
    const slow = await listenRaw((socket) => void waiting.push(socket));
    const quick = await listenRaw((socket) => void socket.write(OK));
    const sender = startSender({ maxOrigins: 1 });
    const pending = sender.send(to(slow.url));
    expect(await sender.send(to(quick.url))).toMatchObject({ kind: 'answered' });
    await eventually(() => waiting.length === 1, { what: 'the slow request' });
    expect(sender.stats().origins).toBe(2);
    waiting[0]?.write(OK);
    expect(await pending).toMatchObject({ kind: 'answered' });
    await sender.send(to((await listenRaw((socket) => void socket.write(OK))).url));
    expect(sender.stats().origins).toBe(1);
  });

  it('that hold too many idle sockets together lose the oldest', async () => {
    const servers = await Promise.all([1, 2, 3, 4, 5].map(() => listenRaw((socket) => void socket.write(OK))));
    const sender = startSender({ maxIdleSockets: 2 });
    for (const { url } of servers) await sender.send(to(url));
    await eventually(() => sender.stats().sockets <= 3, { what: 'idle sockets to be closed' });
  });
});

describe('a request that cannot be built', () => {
  it.each(['nonsense', 'ftp://127.0.0.1/', 'http://user:secret@/'])(
    'because of its URL (%s) is an outcome',
    async (url) => {
      const outcome = await startSender().send(to(url));
      expect(outcome).toMatchObject({ kind: 'unreachable', reason: 'bad_request' });
      expect(JSON.stringify(outcome)).not.toContain('secret');
    },
  );

  it('because of a header is an outcome', async () => {
    const outcome = await startSender().send({ ...to('http://127.0.0.1:1/'), deliveryId: 'a\r\nb' });
    expect(outcome).toMatchObject({ kind: 'unreachable', reason: 'bad_request' });
  });
});

describe('an interrupted request', () => {
  it.each([
    ['that waits for an answer', ''],
    ['that has half the headers', 'HTTP/1.1 200 O'],
  ])('%s is a fault of ours', async (_name, text) => {
    const server = await listenRaw((socket) => void (text && socket.write(text)));
    const abort = new AbortController();
    const sent = startSender().send(to(server.url), abort.signal);
    await eventually(() => server.connections[0]?.requests.length === 1, { what: 'the request' });
    abort.abort();
    expect(await sent).toEqual({ kind: 'local_fault', error: 'interrupted by shutdown' });
    await eventually(() => server.connections[0]?.socket.closed, { what: 'the connection to be closed' });
  });

  it('that still connects is a fault of ours, and stopping does not wait for the connection', async () => {
    const port = await listen(net.createServer());
    const sender = startSender({ opener: makeTestOpener({ connectTimeoutMs: 60_000 }), timeoutMs: 60_000 });
    const abort = new AbortController();
    const sent = sender.send(to(`https://127.0.0.1:${port}/`), abort.signal);
    await eventually(() => sender.stats().sockets === 1, { what: 'the connection to be opened' });
    abort.abort();
    expect(await sent).toEqual({ kind: 'local_fault', error: 'interrupted by shutdown' });
    await sender.stop();
    await eventually(() => sender.stats().sockets === 0, { what: 'the connection to be closed' });
  });

  it('whose signal was aborted before does not leave', async () => {
    const server = await listenRaw((socket) => void socket.write(OK));
    expect(await startSender().send(to(server.url), AbortSignal.abort())).toMatchObject({ kind: 'local_fault' });
    expect(server.connections).toHaveLength(0);
  });

  it('leaves the others under other signals alone', async () => {
    const waiting: net.Socket[] = [];
    const server = await listenRaw((socket) => void waiting.push(socket));
    const [one, other] = [new AbortController(), new AbortController()];
    const sender = startSender();
    const sent = [sender.send(to(server.url), one.signal), sender.send(to(server.url), other.signal)];
    await eventually(() => waiting.length === 2, { what: 'both requests' });
    one.abort();
    expect(await sent[0]).toMatchObject({ kind: 'local_fault' });
    for (const socket of waiting) socket.write(OK);
    expect(await sent[1]).toMatchObject({ kind: 'answered' });
  });
});

describe('stopping', () => {
  it('waits for what is running, closes every connection and can be asked twice', async () => {
    const waiting: net.Socket[] = [];
    const server = await listenRaw((socket) => void waiting.push(socket));
    const sender = startSender();
    const sent = sender.send(to(server.url));
    await eventually(() => waiting.length === 1, { what: 'the request' });
    const stopped = Promise.all([sender.stop(), sender.stop()]);
    waiting[0]?.write(OK);
    expect(await sent).toMatchObject({ kind: 'answered', status: 200 });
    await stopped;
    await eventually(() => sender.stats().sockets === 0, { what: 'the connections to be closed' });
    expect(await sender.send(to(server.url))).toEqual({ kind: 'local_fault', error: 'the sender has stopped' });
  });
});

describe('many requests', () => {
  it('at once each get their own answer', async () => {
    const port = await listen(
      http.createServer((request, response) =>
        response.end(String(request.headers['hukz-event'])).on('error', () => undefined),
      ),
    );
    const sender = startSender({ opener: makeTestOpener({ connectTimeoutMs: 20_000 }), timeoutMs: 20_000 });
    const subjects = Array.from({ length: 500 }, (_, number) => `n.${number}`);
    const outcomes = await Promise.all(
      subjects.map((subject) => sender.send(to(`http://127.0.0.1:${port}/`, subject))),
    );
    const bodies = outcomes.map((outcome) =>
      outcome.kind === 'answered' ? Buffer.from(outcome.body).toString() : outcome,
    );
    expect(bodies).toEqual(subjects);
    expect(sender.stats().inFlight).toBe(0);
  });
});
