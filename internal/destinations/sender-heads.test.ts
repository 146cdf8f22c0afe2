import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import type { AttemptOutcome } from '../domain/delivery/outcome.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { type RawReceiver, startRawReceiver } from '../testkit/servers/raw-receiver.js';
import { makeSender, type Sender } from './http/sender.js';

const running: { receiver: RawReceiver; sender: Sender }[] = [];

afterEach(async () => {
  for (const { receiver, sender } of running.splice(0)) await Promise.all([sender.stop(), receiver.stop()]);
});

interface Tried {
  readonly outcome: AttemptOutcome;
  readonly receiver: RawReceiver;
  readonly sender: Sender;
}

async function tryWith(write: (socket: Socket) => void, timeoutMs = 5000): Promise<Tried> {
  const receiver = await startRawReceiver(write);
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs, opener: makeTestOpener() });
  running.push({ receiver, sender });
  const outcome = await sender.send(makeTestRequest(receiver.url));
  return { outcome, receiver, sender };
}

/** Leaves the connection open, so that only hukz can close it. */
const answer = (text: string) => tryWith((socket) => void socket.write(text, 'latin1'));

const inPieces = (text: string, bytes: number) =>
  tryWith((socket) => {
    socket.setNoDelay(true);
    let from = 0;
    const next = () => {
      if (from >= text.length || socket.destroyed) return;
      // The last of many bytes arrive together, because only the first ones matter here.
      const until = from < 400 ? from + bytes : text.length;
      socket.write(text.slice(from, until), 'latin1', () => setImmediate(next));
      from = until;
    };
    next();
  });

const gone = (sender: Sender) =>
  eventually(() => sender.stats().sockets === 0, { what: 'the connection to be closed' });

const PIECES = [
  ['whole', answer],
  ['in single bytes', (text: string) => inPieces(text, 1)],
  ['in pieces of 7 bytes', (text: string) => inPieces(text, 7)],
] as const;

const HEADS: readonly [name: string, head: string, flaw: string][] = [
  ['ends its lines with LF alone', 'HTTP/1.1 * OK\nRetry-After: 7\nContent-Length: 2\n\n{}', 'lines end with LF alone'],
  [
    'ends only its last line with LF alone',
    'HTTP/1.1 * OK\r\nRetry-After: 7\r\nContent-Length: 2\n\n{}',
    'lines end with LF alone',
  ],
  [
    'has a space before a colon',
    'HTTP/1.1 * OK\r\nServer : x\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}',
    'a header has a space before its colon',
  ],
  [
    'has a space before the colon of its length',
    'HTTP/1.1 * OK\r\nContent-Length : 2\r\nRetry-After: 7\r\n\r\n{}',
    'a header has a space before its colon',
  ],
  [
    'folds a header',
    'HTTP/1.1 * OK\r\nContent-Length: 2\r\nX: a\r\n b\r\nRetry-After: 7\r\n\r\n{}',
    'a header is folded over two lines',
  ],
  [
    'has a line without a colon',
    'HTTP/1.1 * OK\r\nContent-Length: 2\r\nnonsense\r\nRetry-After: 7\r\n\r\n{}',
    'a header line has no colon',
  ],
  [
    'has a name that is not ASCII',
    'HTTP/1.1 * OK\r\nContent-Length: 2\r\nGr\xf6\xdfe: 1\r\nRetry-After: 7\r\n\r\n{}',
    'a header name has a character that HTTP forbids',
  ],
  [
    'has a NUL in a value',
    'HTTP/1.1 * OK\r\nContent-Length: 2\r\nX: a\0b\r\nRetry-After: 7\r\n\r\n{}',
    'a header value has a control character',
  ],
  [
    'gives a length beside chunks',
    'HTTP/1.1 * OK\r\nRetry-After: 7\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    'it has two lengths',
  ],
  [
    'gives chunks beside a length',
    'HTTP/1.1 * OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\nRetry-After: 7\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    'it has two lengths',
  ],
  [
    'gives two different lengths',
    'HTTP/1.1 * OK\r\nRetry-After: 7\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    'it has two lengths',
  ],
  [
    'gives the same length twice',
    'HTTP/1.1 * OK\r\nRetry-After: 7\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}',
    'it has two lengths',
  ],
  [
    'gives a length that is no number',
    'HTTP/1.1 * OK\r\nRetry-After: 7\r\nContent-Length: two\r\n\r\n{}',
    'the length is not a number',
  ],
  [
    'has more than 16 KiB of headers',
    `HTTP/1.1 * OK\r\nRetry-After: 7\r\nContent-Length: 2\r\nX: ${'x'.repeat(17 * 1024)}\r\n\r\n{}`,
    'headers larger than 16 KiB',
  ],
  [
    'has two spaces after the version',
    'HTTP/1.1  * OK\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}',
    'the status line is malformed',
  ],
  [
    'has a tab behind its status',
    'HTTP/1.1 *\tOK\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}',
    'the status line is malformed',
  ],
  ['names HTTP/2', 'HTTP/2 * OK\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}', 'the status line is malformed'],
];

describe.each(PIECES)('a head that breaks HTTP and comes %s', (_how, send) => {
  it.each(HEADS)(
    'and %s is an answer all the same: 200 is a success that says what is wrong',
    async (_name, head, flaw) => {
      const { outcome, receiver, sender } = await send(head.replace('*', '200'));
      expect(outcome).toMatchObject({ kind: 'answered', status: 200, flaw: expect.stringContaining(flaw) });
      await gone(sender);
      expect(receiver.connections.map(({ requests }) => requests.length)).toEqual([1]);
    },
  );

  it.each(HEADS)('and %s keeps a status that is no success, and its Retry-After', async (_name, head) => {
    const { outcome } = await send(head.replace('*', '429'));
    expect(outcome).toMatchObject({ kind: 'answered', status: 429, retryAfterMs: 7000, flaw: expect.any(String) });
    expect((await send(head.replace('*', '410'))).outcome).toMatchObject({ kind: 'answered', status: 410 });
  });
});

describe('a status line that has arrived', () => {
  it('is the answer when the connection closes in the headers', async () => {
    const { outcome } = await tryWith((socket) => void socket.end('HTTP/1.1 202 Accepted\r\nConte'));
    expect(outcome).toMatchObject({ kind: 'answered', status: 202, flaw: 'closed in the middle of the headers' });
  });

  it('is the answer when the connection is reset in the headers', async () => {
    const { outcome } = await tryWith((socket) =>
      socket.write('HTTP/1.1 503 No\r\nRetry-After: 9\r\nX', () => setTimeout(() => socket.resetAndDestroy(), 20)),
    );
    expect(outcome).toMatchObject({ kind: 'answered', status: 503, retryAfterMs: 9000 });
  });

  it('is the answer when the headers take too long', async () => {
    const { outcome } = await tryWith((socket) => void socket.write('HTTP/1.1 200 OK\r\nX: y'), 200);
    const flaw = 'timed out after 200 ms in the middle of the headers';
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, flaw });
  });

  it('is none when it is not whole', async () => {
    const { outcome } = await tryWith((socket) => void socket.end('HTTP/1.1 200 O'));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'closed', error: 'closed in the middle of the headers' });
  });

  it.each(['HTTP/1.1 2000 OK\n\n', 'HTTP/1.1 099 OK\n\n', 'HTTP/1.1 0x2 OK\n\n', 'HTTP/1.1 20\n\n', 'HTTP/1.1\n\n'])(
    'is none without a status of three digits: %j',
    async (text) => {
      const { outcome } = await answer(text);
      expect(outcome).toMatchObject({ kind: 'unreachable', reason: 'bad_response' });
    },
  );

  it('brings the body along that came with it', async () => {
    const { outcome } = await answer('HTTP/1.1 500 No\nContent-Type: text/plain\n\nout of paper');
    expect(outcome).toMatchObject({ status: 500, body: new Uint8Array(Buffer.from('out of paper')) });
  });
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

describe.each(PIECES)('informational answers that were not requested, %s,', (_how, send) => {
  it.each([
    ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['100 with headers', 'HTTP/1.1 100 Continue\r\nX: y\r\n\r\n'],
    ['100 with LF alone', 'HTTP/1.1 100 Continue\n\n'],
    ['100 of HTTP/1.0', 'HTTP/1.0 100 Continue\r\n\r\n'],
    ['102 and 103', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'],
    ['100 behind two spaces', 'HTTP/1.1  100 Continue\r\n\r\n'],
    ['100 between tabs', 'HTTP/1.1\t100\tContinue\r\n\r\n'],
    ['100 of HTTP/2', 'HTTP/2 100\r\n\r\n'],
    ['16 of them', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(16)],
  ])('are read past: %s', async (_name, text) => {
    const { outcome, receiver, sender } = await send(text + OK);
    expect(outcome).toEqual({ kind: 'answered', status: 200, body: new Uint8Array(Buffer.from('{}')) });
    expect(await sender.send(makeTestRequest(receiver.url))).toMatchObject({ status: 200 });
    expect(sender.stats()).toMatchObject({ sockets: 1, resent: 0 });
  });

  it('are a bad response when they are more than 16', async () => {
    const { outcome, sender } = await send('HTTP/1.1 100 Continue\r\n\r\n'.repeat(17) + OK);
    const error = 'more than 16 informational answers';
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'bad_response', error });
    await gone(sender);
  });

  it('are a bad response when they have more than 16 KiB together', async () => {
    const { outcome, sender } = await send(`HTTP/1.1 103 Hints\r\nLink: ${'x'.repeat(2000)}\r\n\r\n`.repeat(9) + OK);
    const error = 'more than 16 KiB before the answer';
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'bad_response', error });
    await gone(sender);
  });

  it('are nothing without the answer that they announce', async () => {
    const { outcome } = await tryWith((socket) => void socket.end('HTTP/1.1 100 Continue\r\n\r\n'));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'closed', error: 'closed before answering' });
  });

  it.each(['Connection: upgrade\r\nUpgrade: x\r\n', ''])('101 is a bad response (%j)', async (headers) => {
    const { outcome } = await send(`HTTP/1.1 101 Go\r\n${headers}\r\n`);
    expect(outcome).toMatchObject({ kind: 'unreachable', reason: 'bad_response' });
  });
});
