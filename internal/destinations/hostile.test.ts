import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import type { AttemptOutcome } from '../domain/delivery/outcome.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { startDnsServer } from '../testkit/servers/dns-server.js';
import type { OpenerOptions } from './connection/opener.js';
import { makeSender, type Sender } from './http/sender.js';
import { makeSystemResolver } from './lookup/system-resolver.js';

const MIB = 1024 * 1024;
const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function startSender(timeoutMs = 2000, options: Partial<OpenerOptions> = {}): Sender {
  const opener = makeTestOpener({ connectTimeoutMs: 300, ...options });
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs, opener });
  endings.push(() => sender.stop());
  return sender;
}

/** Starts a server that calls `answer` for each connection after the first request has arrived. */
async function listen(answer: (socket: net.Socket) => unknown): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('data', () => void answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Writes as fast as the other side reads, until the other side closes or the given number of bytes is written. */
async function flood(socket: net.Socket, piece: Buffer, bytes: number): Promise<number> {
  let written = 0;
  for (; written < bytes && !socket.destroyed; written += piece.length)
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
  return written;
}

/** Returns the outcome, and checks that no slot and no socket is occupied afterwards. */
async function outcomeOf(sender: Sender, url: string): Promise<AttemptOutcome> {
  const outcome = await sender.send(makeTestRequest(url));
  expect(sender.stats().inFlight).toBe(0);
  return outcome;
}

const gone = (sender: Sender) =>
  eventually(() => sender.stats().sockets === 0, { what: 'the connection to be closed' });

describe('a body without an end', () => {
  it.each([
    ['of 10 GB', `Content-Length: ${10 * 1024 * MIB}`, Buffer.alloc(64 * 1024, 'x')],
    ['in chunks', 'Transfer-Encoding: chunked', Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`)],
    ['without a length', 'Connection: close', Buffer.alloc(64 * 1024, 'x')],
    ['in chunks of one byte', 'Transfer-Encoding: chunked', Buffer.from('1\r\nx\r\n'.repeat(8192))],
  ])('(%s) is cut after 64 KiB, and memory stays as it was', async (_name, header, piece) => {
    let written = 0;
    const url = await listen(async (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n`);
      written = await flood(socket, piece, 10 * 1024 * MIB);
    });
    const sender = startSender(10_000);
    const before = process.memoryUsage().arrayBuffers;
    const outcome = await outcomeOf(sender, url);
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, cut: 'the body is longer than 64 KiB' });
    expect(outcome).toHaveProperty('body.length', 16 * 1024);
    await gone(sender);
    await eventually(() => written > 0, { what: 'the receiver to notice' });
    expect(written).toBeLessThan(50 * MIB);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB);
  });
});

describe('a compressed body', () => {
  it('that would be 10 GB is taken as the bytes that came', async () => {
    const url = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n');
      const gzip = createGzip();
      gzip.pipe(socket);
      socket.once('close', () => gzip.destroy());
      const zeros = Buffer.alloc(MIB);
      const more = () => {
        while (!gzip.destroyed && gzip.write(zeros));
      };
      gzip.on('drain', more).on('error', () => undefined);
      more();
    });
    const sender = startSender(10_000);
    const before = process.memoryUsage().rss;
    const outcome = await outcomeOf(sender, url);
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, cut: 'the body is longer than 64 KiB' });
    if (outcome.kind === 'answered') expect([...outcome.body.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    await gone(sender);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MIB);
  });
});

describe('headers', () => {
  it.each([
    ['in one', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(16 * 1024)}\r\n\r\n`],
    ['in a thousand', `HTTP/1.1 200 OK\r\n${'X-Many: and more\r\n'.repeat(1200)}\r\n`],
    ['in a name', `HTTP/1.1 200 OK\r\n${'x'.repeat(17 * 1024)}: y\r\n\r\n`],
  ])('of more than 16 KiB (%s) leave the status as it is, and end the connection', async (_name, text) => {
    const sender = startSender();
    const outcome = await outcomeOf(sender, await listen((socket) => socket.write(text)));
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, flaw: 'headers larger than 16 KiB' });
    await gone(sender);
  });

  it('of more than 16 KiB in an informational answer are a bad response', async () => {
    const sender = startSender();
    const text = `HTTP/1.1 103 Early\r\nX: ${'x'.repeat(17 * 1024)}\r\n\r\n`;
    const outcome = await outcomeOf(sender, await listen((socket) => socket.write(text)));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'bad_response', error: 'headers larger than 16 KiB' });
    await gone(sender);
  });

  it('that never end are cut when they are too large, however fast they come', async () => {
    const sender = startSender(10_000);
    const url = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      return flood(socket, Buffer.from('X-More: of it\r\n'.repeat(1000)), 1024 * MIB);
    });
    expect(await outcomeOf(sender, url)).toMatchObject({ status: 200, flaw: 'headers larger than 16 KiB' });
    await gone(sender);
  });
});

describe('an answer of garbage', () => {
  it.each([
    ['zeros', Buffer.alloc(1024)],
    ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['a NUL in a header', Buffer.from('HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n')],
    ['a status of four digits', Buffer.from('HTTP/1.1 2000 OK\r\n\r\n')],
    ['a negative length', Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n')],
    ['a length without an end', Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(100)}\r\n\r\n`)],
    ['a chunk of no size', Buffer.from('HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')],
    ['TLS', Buffer.from('16030100020100', 'hex')],
    ['a request', Buffer.from('POST / HTTP/1.1\r\nHost: you\r\n\r\n')],
  ])('(%s) is an outcome in words', async (_name, bytes) => {
    const sender = startSender();
    const outcome = await outcomeOf(sender, await listen((socket) => socket.end(bytes)));
    const isTold =
      (outcome.kind === 'unreachable' && outcome.reason === 'bad_response' && /^the answer /.test(outcome.error)) ||
      (outcome.kind === 'answered' && (outcome.cut ?? outcome.flaw) !== undefined);
    expect(isTold ? 'told' : outcome).toBe('told');
    await gone(sender);
  });
});

describe('two answers to one request', () => {
  it('are one: an unrequested answer closes the connection and answers no other request', async () => {
    const one = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none';
    const url = await listen((socket) => socket.write(`${one}HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo`));
    const sender = startSender();
    expect(await outcomeOf(sender, url)).toMatchObject({ kind: 'answered', body: new Uint8Array(Buffer.from('one')) });
    await gone(sender);
    expect(await outcomeOf(sender, url)).toMatchObject({ kind: 'answered', body: new Uint8Array(Buffer.from('one')) });
  });
});

describe('a receiver that never accepts', () => {
  it('is given up after the time for connecting', async () => {
    // A process that listens and never accepts. The kernel accepts as many connections as its queue has room for.
    const block = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
    const listening = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('fs').writeSync(1, String(s.address().port)); ${block}; });`;
    const child = spawn(process.execPath, ['-e', listening], { stdio: ['ignore', 'pipe', 'inherit'] });
    endings.push(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    const queue = Array.from({ length: 4 }, () => net.connect(Number(port), '127.0.0.1').on('error', () => undefined));
    endings.push(async () => {
      for (const socket of queue) socket.destroy();
    });
    await eventually(() => queue.filter((socket) => !socket.connecting).length >= 2, { what: 'the queue to be full' });
    const sender = startSender();
    expect(await outcomeOf(sender, `http://127.0.0.1:${port}/`)).toEqual({
      kind: 'unreachable',
      reason: 'timeout',
      error: 'could not connect within 300 ms',
    });
    await gone(sender);
  });
});

describe('a name', () => {
  it.each([
    ['no such name', 'host name not found'],
    ['failure', "the host's name servers fail (ESERVFAIL)"],
    ['silence', "the host's name servers did not answer within 200 ms"],
    [[], 'host name has no address'],
  ] as const)('that is answered with %j is a failure of the receiver', async (reply, error) => {
    const dns = await startDnsServer((name) => (name === '' ? [] : reply));
    endings.push(() => dns.stop());
    const sender = startSender(2000, { resolve: makeSystemResolver({ timeoutMs: 200, servers: [dns.address] }) });
    const outcome = await outcomeOf(sender, 'http://nobody.hostile.test./');
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'dns', error });
    await gone(sender);
  });
});

describe('a hundred hostile ones at once', () => {
  it('free their slots in time and take no memory', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const urls = [
      await listen(() => undefined),
      await listen((socket) => socket.write('HTTP/1.1 200 OK\r\nX: ')),
      await listen((socket) => flood(socket, Buffer.from('HTTP/1.1 102 Wait\r\n\r\n'.repeat(100)), 100 * MIB)),
      await listen((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${1024 * MIB}\r\n\r\n`);
        return flood(socket, piece, 100 * MIB);
      }),
      await listen((socket) => socket.destroy()),
    ];
    const sender = startSender(500);
    const before = process.memoryUsage().arrayBuffers;
    const started = performance.now();
    const sent = Array.from({ length: 100 }, (_, number) => urls[number % urls.length] ?? '');
    const outcomes = await Promise.all(sent.map((url) => sender.send(makeTestRequest(url))));
    expect(performance.now() - started).toBeLessThan(5000);
    expect(outcomes.every((outcome) => outcome.kind === 'answered' || outcome.kind === 'unreachable')).toBe(true);
    expect(sender.stats().inFlight).toBe(0);
    await gone(sender);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB);
  });
});
