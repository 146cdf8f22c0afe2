import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import type { AttemptOutcome } from '../domain/delivery/outcome.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { type RawAnswer, type RawReceiver, startRawReceiver } from '../testkit/servers/raw-receiver.js';
import { makeSender, type Sender } from './http/sender.js';

const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(answer: RawAnswer): Promise<{ receiver: RawReceiver; sender: Sender }> {
  const receiver = await startRawReceiver(answer);
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 2000, opener: makeTestOpener() });
  endings.push(
    () => receiver.stop(),
    () => sender.stop(),
  );
  return { receiver, sender };
}

const statusOf = (outcome: AttemptOutcome) => (outcome.kind === 'answered' ? outcome.status : outcome.error);
const requestsAt = ({ connections }: RawReceiver) => connections.flatMap(({ requests }) => requests).length;

/** Sends `count` requests in four lanes, each right after the previous one. */
async function sendMany({ receiver, sender }: { receiver: RawReceiver; sender: Sender }, count: number) {
  const outcomes: AttemptOutcome[] = [];
  let left = count;
  const lane = async () => {
    while (left-- > 0) outcomes.push(await sender.send(makeTestRequest(receiver.url)));
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  return outcomes.map(statusOf);
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
const NO_BODY = 'HTTP/1.1 204 No Content\r\n';

const ANSWERS: readonly [name: string, answer: string, rest: string, status: number][] = [
  ['a 204 with chunks', `${NO_BODY}Transfer-Encoding: chunked\r\n\r\n`, '0\r\n\r\n', 204],
  ['a 204 with a length', `${NO_BODY}Content-Length: 2\r\n\r\n`, '{}', 204],
  ['a 204 that says nothing of its body', `${NO_BODY}\r\n`, '{}', 204],
  ['a 304 with chunks', 'HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n', '2\r\n{}\r\n0\r\n\r\n', 304],
  ['a 205 with a length', 'HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n', '{}', 205],
  ['a body longer than its length', OK, 'more', 200],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n', 'X: y\r\n\r\n', 200],
];

describe.each(ANSWERS)('bytes behind %s', (_name, answer, rest, status) => {
  it('that come together with it cost no other request a try', async () => {
    const at = await start((socket) => void socket.write(answer + rest));
    expect(await sendMany(at, 40)).toEqual(Array(40).fill(status));
    expect(requestsAt(at.receiver)).toBe(40);
  });

  it('that come when the next request is on its way cost it no try', async () => {
    const at = await start((socket, _connection, request) => {
      socket.write(request === 1 ? answer : rest);
    });
    expect(statusOf(await at.sender.send(makeTestRequest(at.receiver.url)))).toBe(status);
    expect(statusOf(await at.sender.send(makeTestRequest(at.receiver.url)))).toBe(status);
    expect(requestsAt(at.receiver)).toBeLessThanOrEqual(3);
  });

  it('that come a little later cost no other request a try', async () => {
    const at = await start((socket) => {
      socket.setNoDelay(true);
      socket.write(answer, () => setImmediate(() => socket.write(rest)));
    });
    expect(await sendMany(at, 40)).toEqual(Array(40).fill(status));
  });
});

describe('an answer without a body that announces one', () => {
  it.each([
    'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n',
  ])('ends its connection, whether the body comes or not: %j', async (answer) => {
    const { receiver, sender } = await start((socket) => void socket.write(answer));
    await sender.send(makeTestRequest(receiver.url));
    await eventually(() => sender.stats().sockets === 0, { what: 'the connection to be closed' });
  });

  it.each(['', 'Content-Length: 0\r\n', 'Server: x\r\nDate: y\r\n'])(
    'keeps its connection when it announces none (%j)',
    async (headers) => {
      const { receiver, sender } = await start((socket) => void socket.write(`${NO_BODY}${headers}\r\n`));
      for (let sent = 0; sent < 3; sent += 1) await sender.send(makeTestRequest(receiver.url));
      expect(receiver.connections).toHaveLength(1);
    },
  );
});

describe('a 205', () => {
  it('without a length is whole at its head, and its connection is not used again', async () => {
    const { receiver, sender } = await start((socket) => void socket.write('HTTP/1.1 205 Reset\r\n\r\n'));
    const started = performance.now();
    expect(await sender.send(makeTestRequest(receiver.url))).toEqual({
      kind: 'answered',
      status: 205,
      body: new Uint8Array(),
    });
    expect(performance.now() - started).toBeLessThan(1500);
    await eventually(() => sender.stats().sockets === 0, { what: 'the connection to be closed' });
  });

  it('with a length keeps its connection', async () => {
    const { receiver, sender } = await start(
      (socket) => void socket.write('HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n'),
    );
    for (let sent = 0; sent < 3; sent += 1) await sender.send(makeTestRequest(receiver.url));
    expect(receiver.connections).toHaveLength(1);
  });
});

describe('what comes on a connection before its own answer', () => {
  const garbage = (socket: Socket) => void socket.write('0\r\n\r\n');

  it('is an answer that is not HTTP where nothing was sent before', async () => {
    const { receiver, sender } = await start(garbage);
    expect(statusOf(await sender.send(makeTestRequest(receiver.url)))).toBe('the answer is not HTTP');
    expect(sender.stats().resent).toBe(0);
  });

  it('makes a request go out again once and no more', async () => {
    const { receiver, sender } = await start((socket, connection, request) =>
      connection === 1 && request === 1 ? void socket.write(OK) : garbage(socket),
    );
    await sender.send(makeTestRequest(receiver.url));
    expect(statusOf(await sender.send(makeTestRequest(receiver.url)))).toBe('the answer is not HTTP');
    expect(receiver.connections.map(({ requests }) => requests.length)).toEqual([2, 1]);
  });

  it('is forgotten with the connection when no request waits', async () => {
    const { receiver, sender } = await start((socket) => {
      socket.write(OK);
      void sleep(20).then(() => socket.write(OK));
    });
    await sender.send(makeTestRequest(receiver.url));
    await eventually(() => sender.stats().sockets === 0, { what: 'the connection to be closed' });
    expect(statusOf(await sender.send(makeTestRequest(receiver.url)))).toBe(200);
  });

  it('and is an empty line is read past', async () => {
    const { receiver, sender } = await start((socket) => void socket.write(`\r\n${OK}`));
    for (let sent = 0; sent < 3; sent += 1)
      expect(statusOf(await sender.send(makeTestRequest(receiver.url)))).toBe(200);
    expect(receiver.connections).toHaveLength(1);
  });
});

describe('garbage in the trailer of chunks', () => {
  it.each(['bad trailer\r\n\r\n', 'X: a\0b\r\n\r\n', `X: ${'x'.repeat(17 * 1024)}\r\n\r\n`])(
    'leaves the status as it is (%#)',
    async (trailer) => {
      const at = await start(
        (socket) =>
          void socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n${trailer}`),
      );
      expect(await sendMany(at, 12)).toEqual(Array(12).fill(200));
      expect(requestsAt(at.receiver)).toBe(12);
    },
  );
});
