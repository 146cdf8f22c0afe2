import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../../testkit/eventually.js';
import type { CutReason } from './connections.js';
import { type Listening, listen } from './listen.js';

const HOST = '127.0.0.1';
const clients: Socket[] = [];
let server: Listening | undefined;
let cuts: CutReason[] = [];
let waiting = 0;

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server?.stop(0);
});

/**
 * `/wait` is never answered, `/large` gets more data than sockets buffer, and all other paths are answered immediately.
 */
async function start(max: number, answerTimeoutMs = 60_000): Promise<number> {
  cuts = [];
  waiting = 0;
  const answer = ({ url }: IncomingMessage, res: ServerResponse) => {
    if (url === '/large') res.end(Buffer.alloc(64 * 1024 * 1024));
    else if (url === '/wait') waiting++;
    else res.end('ok');
  };
  const connections = { max, answerTimeoutMs, onCut: (reason: CutReason) => cuts.push(reason) };
  server = await listen(answer, { host: HOST, port: 0, connections });
  return server.port;
}

async function ask(
  port: number,
  path: string,
): Promise<{ readonly socket: Socket; readonly closed: Promise<unknown> }> {
  const socket = connect(port, HOST);
  clients.push(socket);
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  return { socket, closed };
}

it('one connection more takes the place of the one that has been without a request for longest', async () => {
  const port = await start(2);
  const oldest = await ask(port, '/');
  await once(oldest.socket, 'data');
  const newer = await ask(port, '/');
  await once(newer.socket, 'data');
  const third = await ask(port, '/');
  expect(String(await once(third.socket, 'data'))).toMatch(/ 200 /);
  oldest.socket.resume();
  await oldest.closed;
  newer.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(String(await once(newer.socket, 'data'))).toMatch(/ 200 /);
  expect(cuts).toEqual(['idle_connection']);
});

it('a connection is refused where all others have requests, and taken when one of them is over', async () => {
  const port = await start(1);
  const running = await ask(port, '/wait');
  await eventually(() => waiting === 1, { what: 'the request runs' });
  const refused = await ask(port, '/');
  await refused.closed;
  expect(cuts).toEqual(['too_many_connections']);
  running.socket.destroy();
  await eventually(
    async () => {
      const { socket, closed } = await ask(port, '/');
      return Promise.race([once(socket, 'data').then(() => true), closed.then(() => false)]);
    },
    { what: 'a connection is taken' },
  );
});

it('a connection that sends requests without waiting for answers is closed, and no more of them are begun', async () => {
  const port = await start(10);
  const { socket, closed } = await ask(port, '/wait');
  socket.write('GET /wait HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000));
  socket.resume();
  await closed;
  expect([cuts, waiting]).toEqual([['pipelined_requests'], 32]);
});

it('a connection with a request that runs is not taken for one without, after an answer to another', async () => {
  const port = await start(1);
  const { socket } = await ask(port, '/');
  await once(socket, 'data');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /wait HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'data');
  await eventually(() => waiting === 1, { what: 'the request runs' });
  await (await ask(port, '/')).closed;
  expect(cuts).toEqual(['too_many_connections']);
});

it('an answer that is never read ends with its connection', async () => {
  const port = await start(10, 200);
  const { socket } = await ask(port, '/large');
  socket.pause();
  await eventually(() => cuts.includes('unread_answer'), { what: 'the connection is closed' });
  const other = await ask(port, '/');
  expect(String(await once(other.socket, 'data'))).toMatch(/ 200 /);
});
