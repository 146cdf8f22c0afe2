import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import type { AttemptOutcome } from '../domain/delivery/outcome.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { type Answer, type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { makeSender, type Sender } from './http/sender.js';

const TIMEOUT_MS = 300;
const NOW = Date.UTC(2026, 0, 31, 12);
const clock = { ...systemClock, now: () => NOW };
const running: { receiver: Receiver; sender: Sender }[] = [];

afterEach(async () => {
  for (const { receiver, sender } of running.splice(0)) await Promise.all([sender.stop(), receiver.stop()]);
});

async function sendTo(answer: Answer, timeoutMs = 5000): Promise<{ outcome: AttemptOutcome; receiver: Receiver }> {
  const receiver = await startReceiver(answer);
  const sender = makeSender({ version: '1.2.3', clock, timeoutMs, opener: makeTestOpener() });
  running.push({ receiver, sender });
  const outcome = await sender.send(
    makeTestRequest(`${receiver.url}/hook?key=value`, {
      subject: 'post.created',
      attempt: 2,
      body: '{"event":"post.created"}',
    }),
  );
  return { outcome, receiver };
}

const raw = (text: string): Answer => ({ raw: (socket) => void socket.end(text, 'latin1') });
const rawOpen = (text: string): Answer => ({ raw: (socket) => void socket.write(text, 'latin1') });

/** Writes the same bytes every 40 ms until the other side closes. */
function drip(head: string, drop: string): Answer {
  return {
    raw: (socket: Socket) => {
      socket.write(head);
      const timer = setInterval(() => socket.write(drop), 40);
      socket.once('close', () => clearInterval(timer)).on('error', () => clearInterval(timer));
    },
  };
}

describe('what is sent', () => {
  it('is one POST with the body and exactly these headers', async () => {
    const { receiver } = await sendTo({ status: 200 });
    expect(receiver.requests).toMatchObject([{ method: 'POST', url: '/hook?key=value' }]);
    expect(receiver.requests[0]?.body.toString()).toBe('{"event":"post.created"}');
    expect(receiver.requests[0]?.headers).toEqual({
      host: receiver.url.replace('http://', ''),
      connection: 'keep-alive',
      'content-length': '24',
      'content-type': 'application/json',
      'user-agent': 'hukz/1.2.3',
      'webhook-id': '0190c8d8-7a2e-7d58-9a32-1f1b2f0c6a11',
      'webhook-timestamp': String(NOW / 1000),
      'hukz-event': 'post.created',
      'hukz-attempt': '2',
      'hukz-message': '019c1409-f800-7a3b-8c1d-2e4f60718293',
    });
  });
});

describe('an answer', () => {
  it.each([200, 204, 299, 304, 400, 404, 410, 500, 599, 999])('of status %i is kept as it is', async (status) => {
    const hasBody = status !== 204 && status !== 304;
    const { outcome } = await sendTo({ status, ...(hasBody && { body: 'so' }) });
    expect(outcome).toEqual({ kind: 'answered', status, body: new Uint8Array(Buffer.from(hasBody ? 'so' : '')) });
  });

  it.each([301, 302, 303, 307, 308])('that redirects (%i) is not followed', async (status) => {
    const { outcome, receiver } = await sendTo({ status, headers: { location: '/elsewhere' } });
    expect(outcome).toMatchObject({ kind: 'answered', status });
    expect(receiver.requests).toHaveLength(1);
  });

  it.each([
    ['120', 120_000],
    ['0.5', 500],
    ['999999999', 999_999_999_000],
    [new Date(NOW + 60_000).toUTCString(), 60_000],
  ])('with Retry-After %s says when to come again', async (value, retryAfterMs) => {
    const { outcome } = await sendTo({ status: 503, headers: { 'Retry-After': value } });
    expect(outcome).toMatchObject({ kind: 'answered', status: 503, retryAfterMs });
  });

  it.each(['-5', 'soon', '1e9', '', '9'.repeat(400), '1 2', new Date(NOW - 60_000).toUTCString()])(
    'with Retry-After %s says nothing',
    async (value) => {
      const { outcome } = await sendTo({ status: 429, headers: { 'retry-after': value } });
      expect(outcome).not.toHaveProperty('retryAfterMs');
    },
  );

  it('is read past a few informational ones', async () => {
    const { outcome } = await sendTo(
      raw(`${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3)}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`),
    );
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
  });

  it('keeps the bytes as they came: no gzip is inflated, no text is decoded', async () => {
    const bytes = gzipSync(Buffer.alloc(1024 * 1024));
    const { outcome } = await sendTo({ headers: { 'content-encoding': 'gzip' }, body: bytes });
    expect(outcome).toEqual({ kind: 'answered', status: 200, body: new Uint8Array(bytes) });
    const odd = Buffer.from([0, 0xff, 0xc3, 0x28, 0]);
    expect((await sendTo({ body: odd })).outcome).toMatchObject({ body: new Uint8Array(odd) });
  });

  it('of 17 KiB is kept to 16 KiB, and the connection with it', async () => {
    const { outcome } = await sendTo({ body: Buffer.alloc(17 * 1024, 'x') });
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, cut: 'the body is longer than 16 KiB' });
    expect(outcome).toHaveProperty('body.length', 16 * 1024);
    expect(running[0]?.sender.stats().sockets).toBe(1);
  });
});

describe('an answer that breaks HTTP', () => {
  it.each([
    ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n', 'the answer is not HTTP'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'the answer is not HTTP'],
    ['status 099', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n', 'the answer has no valid status (99)'],
    ['status abc', 'HTTP/1.1 abc Odd\r\nContent-Length: 0\r\n\r\n', 'the answer has no valid status'],
    [
      '101 unasked',
      'HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'the answer breaks HTTP (101 without being asked)',
    ],
    ['a 1xx flood', 'HTTP/1.1 102 Wait\r\n\r\n'.repeat(5000), 'more than 16 informational answers'],
  ])('(%s) is a bad response', async (_name, text, error) => {
    const { outcome } = await sendTo(raw(text));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'bad_response', error });
  });
});

describe('an answer that does not end', () => {
  it.each([
    ['before it begins', '', 'closed before answering'],
    ['in the middle of its status line', 'HTTP/1.1 200 O', 'closed in the middle of the headers'],
  ])('because the connection closes %s is none', async (_name, text, error) => {
    const { outcome } = await sendTo(raw(text));
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'closed', error });
  });

  it.each([
    ['a length', 'HTTP/1.1 202 OK\r\nContent-Length: 10\r\n\r\nhalf'],
    ['a length and no keep-alive', 'HTTP/1.1 202 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhalf'],
    [
      'chunks and no keep-alive',
      'HTTP/1.1 202 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    ],
    ['chunks', 'HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('because the connection closes in a body with %s keeps its status', async (_name, text) => {
    const { outcome } = await sendTo(raw(text));
    expect(outcome).toMatchObject({ kind: 'answered', status: 202, cut: 'closed before the end of the body' });
    expect(outcome).toMatchObject({ body: new Uint8Array(Buffer.from('half')) });
  });

  it.each([
    ['never comes', { hang: true }],
    ['stops in its status line', rawOpen('HTTP/1.1 200 O')],
    ['drips its status line', drip('HTTP/1.1 200 O', 'K')],
    ['sends informational ones for ever', drip('', 'HTTP/1.1 102 Wait\r\n\r\n')],
  ])('because it %s is a timeout of the whole', async (_name, answer) => {
    const started = performance.now();
    const { outcome } = await sendTo(answer, TIMEOUT_MS);
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'timeout', error: 'timed out after 300 ms' });
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS * 5);
  });

  it('because its body drips for ever keeps its status, and is cut at the same time as any other', async () => {
    const { outcome } = await sendTo(drip('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n', 'y'), TIMEOUT_MS);
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, cut: 'timed out after 300 ms' });
  });
});
