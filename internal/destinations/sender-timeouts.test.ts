import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { makeSender } from './http/sender.js';
import { TIMEOUTS_PER_TICK } from './http/timeouts.js';

const REQUESTS = 300;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Starts a receiver that reads requests and never answers. */
async function startSilentReceiver(): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).resume();
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: REQUESTS });
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Counts what happens between two turns of the event loop. */
function countPerTurn() {
  let most = 0;
  let now = 0;
  let turn = setImmediate(look);
  function look(): void {
    most = Math.max(most, now);
    now = 0;
    turn = setImmediate(look);
  }
  endings.push(() => clearImmediate(turn));
  return { one: () => now++, most: () => most };
}

it('requests that hang since the same moment time out a few in each turn of the event loop', async () => {
  const url = await startSilentReceiver();
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 1000, opener: makeTestOpener() });
  endings.push(() => sender.stop());
  const ended = countPerTurn();
  const errors = await Promise.all(
    Array.from({ length: REQUESTS }, async () => {
      const outcome = await sender.send(makeTestRequest(url));
      ended.one();
      return outcome.kind === 'unreachable' ? outcome.error : outcome.kind;
    }),
  );
  expect(new Set(errors)).toEqual(new Set(['timed out after 1 s']));
  await new Promise(setImmediate);
  expect(ended.most()).toBeLessThanOrEqual(TIMEOUTS_PER_TICK);
  await eventually(() => sender.stats().sockets === 0, { what: 'the connections to be closed' });
});
