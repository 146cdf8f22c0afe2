import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../testkit/eventually.js';
import { type Listening, type ListenOptions, listen } from './listen.js';

const HOST = '127.0.0.1';

interface Client {
  readonly socket: Socket;
  readonly text: () => string;
  readonly closed: Promise<number>;
}

function open(port: number): Client {
  const socket = connect(port, HOST);
  const startedAt = performance.now();
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now() - startedAt)));
  return { socket, text: () => text, closed };
}

describe('the HTTP server', () => {
  let server: Listening | undefined;
  afterEach(() => server?.stop(0));
  const start = async (
    answer: Parameters<typeof listen>[0],
    limits: Omit<ListenOptions, 'host' | 'port'> = {},
  ): Promise<Listening> => {
    server = await listen(answer, { host: HOST, port: 0, ...limits });
    return server;
  };
  const bodyThenOk: Parameters<typeof listen>[0] = (req, res) => {
    req.resume().once('end', () => res.end('ok'));
  };

  it('cuts off headers that come too slowly', async () => {
    const { port } = await start(bodyThenOk, { headersTimeoutMs: 200 });
    const client = open(port);
    client.socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    const dripping = setInterval(() => client.socket.write('X-A: b\r\n'), 30);
    expect(await client.closed).toBeLessThan(2000);
    clearInterval(dripping);
    expect(client.text()).toMatch(/^HTTP\/1.1 408 /);
  });

  it('cuts off a body that comes too slowly', async () => {
    const { port } = await start(bodyThenOk, { headersTimeoutMs: 200, requestTimeoutMs: 300 });
    const client = open(port);
    client.socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n');
    const dripping = setInterval(() => client.socket.write('x'), 30);
    expect(await client.closed).toBeLessThan(2000);
    clearInterval(dripping);
    expect(client.text()).toMatch(/^HTTP\/1.1 408 /);
  });

  it('cuts off a connection that says nothing at all', async () => {
    const { port } = await start(bodyThenOk, { headersTimeoutMs: 200 });
    expect(await open(port).closed).toBeLessThan(2000);
  });

  it('cuts off a caller that does not read its answer', async () => {
    let isHungUp = false;
    const { port } = await start(
      (req, res) => {
        req.socket.once('close', () => {
          isHungUp = true;
        });
        res.end(Buffer.alloc(64 * 1024 * 1024));
      },
      { idleTimeoutMs: 200 },
    );
    const client = open(port);
    client.socket.pause();
    client.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => isHungUp, { what: 'the server hangs up' });
    client.socket.destroy();
  });

  it('refuses headers that are too large', async () => {
    const { port } = await start(bodyThenOk);
    const client = open(port);
    client.socket.write(`GET / HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`);
    await client.closed;
    expect(client.text()).toMatch(/^HTTP\/1.1 431 /);
  });

  it('rejects when the port is taken', async () => {
    const { port } = await start(bodyThenOk);
    await expect(listen(bodyThenOk, { host: HOST, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('lets a running request finish when it stops, and closes its connection', async () => {
    const waiting: (() => void)[] = [];
    const { port, stop } = await start((_req, res) => waiting.push(() => res.end('done')));
    const [running, silent] = [open(port), open(port)];
    running.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => waiting.length === 1, { what: 'the request runs' });
    const stopped = stop(5000);
    expect(stop(5000)).toBe(stopped);
    await expect(fetch(`http://${HOST}:${port}/`)).rejects.toThrow();
    waiting[0]!();
    await Promise.all([stopped, running.closed, silent.closed]);
    expect(running.text()).toMatch(/^HTTP\/1.1 200 OK\r\n(?:.*\r\n)*Connection: close\r\n/);
  });

  it('cuts running requests off at the end of the grace time', async () => {
    let runs = 0;
    const { port, stop } = await start(() => runs++);
    const client = open(port);
    client.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => runs === 1, { what: 'the request runs' });
    await stop(50);
    await client.closed;
    expect(client.text()).toBe('');
  });
});
