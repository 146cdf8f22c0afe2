import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type NatsConnection } from 'nats';
import pg from 'pg';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import type { LogAnswer } from '../testkit/kits/instance-api.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

let database: TestDatabase;
let server: NatsServer;
let nats: NatsConnection;
let hukz: TestApp;
const endings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await makeTestDatabase();
  server = await startTestNats();
  nats = await connect({ servers: server.url });
  // Each delivery has one attempt, so that the first outcome is the last.
  const patience = { HUKZ_REQUEST_TIMEOUT: '2s', HUKZ_CONNECT_TIMEOUT: '300ms', HUKZ_RETRY_SCHEDULE: '' };
  hukz = await startTestApp({ database, natsUrl: server.url }, patience);
});
afterAll(async () => {
  await nats.close();
  await hukz.stop();
  for (const end of endings) await end();
  await server.stop();
  await database.drop();
});

async function listen(answer: (socket: net.Socket) => unknown): Promise<string> {
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => listener.close(resolve));
  });
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
}

/** Answers with these bytes and closes the connection. */
const says = (head: string, body: Uint8Array = new Uint8Array()) =>
  listen((socket) => socket.end(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body])));
const OK = 'HTTP/1.1 200 OK\r\nConnection: close';

function drip(socket: net.Socket, head: string): void {
  socket.write(head);
  const timer = setInterval(() => socket.write('y'), 50);
  socket.once('close', () => clearInterval(timer));
}

type Expected = Partial<Pick<LogAnswer, 'outcome' | 'response_status_code' | 'error' | 'response_body'>>;

/** Hostile receivers, each with the log row that it causes. */
const HOSTILE: Readonly<Record<string, { readonly url: () => Promise<string>; readonly row: Expected }>> = {
  'never answers': { url: () => listen(() => undefined), row: { error: 'timed out after 2 s' } },
  'drips its headers': {
    url: () => listen((socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX: ')),
    row: { outcome: 'delivered', error: 'timed out after 2 s in the middle of the headers' },
  },
  'drips its body': {
    url: () => listen((socket) => drip(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n')),
    row: { outcome: 'delivered', response_status_code: 200 },
  },
  closes: { url: () => listen((socket) => socket.destroy()), row: { error: 'closed before answering' } },
  'closes in its headers': {
    url: () => listen((socket) => socket.end('HTTP/1.1 2')),
    row: { error: 'closed in the middle of the headers' },
  },
  'speaks SSH': { url: () => says('SSH-2.0-OpenSSH_9.6'), row: { error: 'the answer is not HTTP' } },
  'has status 999': {
    url: () => says('HTTP/1.1 999 Odd\r\nContent-Length: 0'),
    row: { response_status_code: 999, error: 'answered 999' },
  },
  'has status 099': { url: () => says('HTTP/1.1 099 Odd'), row: { error: 'the answer has no valid status (99)' } },
  'redirects to us': {
    url: () => says('HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: http://169.254.169.254/latest/'),
    row: { response_status_code: 302, error: 'answered 302; redirects are not followed' },
  },
  'floods with 1xx': {
    url: () => says('HTTP/1.1 102 Wait\r\n\r\n'.repeat(1000)),
    row: { error: 'more than 16 informational answers' },
  },
  'has huge headers': {
    url: () => says(`${OK}\r\nX: ${'x'.repeat(20_000)}`),
    row: { outcome: 'delivered', response_status_code: 200, error: 'headers larger than 16 KiB' },
  },
  'ends its lines with LF alone': {
    url: () => listen((socket) => socket.end('HTTP/1.1 200 OK\nContent-Length: 2\n\n{}')),
    row: { outcome: 'delivered', error: 'the answer breaks HTTP: lines end with LF alone' },
  },
  'refuses with a space before a colon': {
    url: () => says('HTTP/1.1 410 Gone\r\nServer : x\r\nContent-Length: 0'),
    row: {
      response_status_code: 410,
      error: 'answered 410; the answer breaks HTTP: a header has a space before its colon',
    },
  },
  'continues unasked': {
    url: () => says(`HTTP/1.1 100 Continue\r\n\r\n${OK}`),
    row: { outcome: 'delivered', response_status_code: 200 },
  },
  'answers with NUL': {
    url: () => says(OK, Buffer.from('a\0b')),
    row: { outcome: 'delivered', response_body: 'a\uFFFDb' },
  },
  'answers with no UTF-8': {
    url: () => says(OK, Buffer.from([0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80])),
    row: { outcome: 'delivered', response_body: '\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD' },
  },
  'answers in JSON that jsonb refuses': {
    url: () => says(OK, Buffer.from('{"a":"\\u0000\\ud800","n":1e999}')),
    row: { outcome: 'delivered', response_body: { a: '\0\ud800', n: Number.POSITIVE_INFINITY } },
  },
  'answers without an end': {
    url: () => says(OK, Buffer.alloc(200_000, 'x')),
    row: { outcome: 'delivered', response_body: 'x'.repeat(16 * 1024) },
  },
  'hangs in the handshake': {
    url: async () => (await listen(() => undefined)).replace('http:', 'https:'),
    row: { error: 'could not connect within 300 ms' },
  },
  'has no valid name': {
    url: async () => `http://${'a'.repeat(64)}.example/`,
    row: { error: 'host name is not valid' },
  },
};

describe('hostile receivers of one message', () => {
  it('each leave a row in words, and the one beside them gets its own at once', async () => {
    const eventId = await hukz.api.event('hostile.all');
    const wanted = new Map<number, { readonly name: string; readonly row: Expected }>();
    for (const [name, { url, row }] of Object.entries(HOSTILE))
      wanted.set(await hukz.api.webhook(await url(), [eventId], { name }), { name, row });
    const good = await hukz.api.webhook(await says(OK), [eventId]);
    nats.publish('hostile.all', '{}');
    const logs = async () => await hukz.api.logs('event=hostile.all');
    await eventually(async () => (await logs()).length === wanted.size + 1, { what: 'a row each', timeoutMs: 15_000 });
    for (const { webhook_id, outcome, response_status_code, error, response_body } of await logs()) {
      if (webhook_id === good) continue;
      const { name, row } = wanted.get(webhook_id) ?? { name: 'nobody', row: {} };
      const whole = { outcome: 'dead', ...row };
      expect([name, { outcome, response_status_code, error, response_body }]).toEqual([
        name,
        expect.objectContaining(whole),
      ]);
    }
    const rows = new Map((await logs()).map((log) => [log.webhook_id, log]));
    expect(rows.get(good)).toMatchObject({ outcome: 'delivered', response_status_code: 200 });
  });
});

describe('a webhook that was registered when its address was still allowed', () => {
  it('is not connected to: a dead letter at once, with the reason', async () => {
    const eventId = await hukz.api.event('hostile.inside');
    const id = await hukz.api.webhook(await says(OK), [eventId]);
    const client = new pg.Client(database.connection);
    await client.connect();
    await client.query('update webhooks set url = $1 where id = $2', ['http://169.254.169.254/latest/', id]);
    await client.end();
    // The change is made through the API, so that it is active when the API answers.
    await hukz.api.patch(`/webhooks/${id}`, { name: 'inside' }).expect(200);
    nats.publish('hostile.inside', '{}');
    await eventually(async () => (await hukz.api.logs(`webhook_id=${id}`)).length === 1, { what: 'the row' });
    const error = '169.254.169.254 is not a public address; EGRESS_ALLOW_CIDRS can allow it';
    expect(await hukz.api.logs(`webhook_id=${id}`)).toMatchObject([{ outcome: 'dead', error, attempt: 1 }]);
    const { body } = await hukz.api.get(`/dead-letters?webhook_id=${id}`);
    expect(body.nodes).toMatchObject([{ because: 'forbidden_address' }]);
  });
});

describe('the mode', () => {
  it('development says at the start what it opens', () => {
    const line = hukz.logger.lines.find(({ name }) => name === 'egress.opened');
    expect(line?.fields).toMatchObject({
      development: true,
      ranges: expect.stringContaining('127.0.0.0/8, 10.0.0.0/8'),
    });
  });

  it('production opens nothing but what EGRESS_ALLOW_CIDRS names', async () => {
    const egress = { HUKZ_MODE: 'production', HUKZ_EGRESS_ALLOW_CIDRS: '127.0.0.1', HUKZ_QUEUE_GROUP: 'production' };
    const strict = await startTestApp({ database, natsUrl: server.url }, egress);
    endings.unshift(strict.stop);
    const eventId = await strict.api.event('hostile.strict');
    const body = { name: 'x', url: 'http://10.0.0.1/', event_ids: [eventId] };
    const refusal = await strict.api.post('/webhooks', body).expect(422);
    expect(refusal.body.errors).toMatchObject([
      { source: 'url', message: expect.stringContaining('EGRESS_ALLOW_CIDRS') },
    ]);
    const ssh = await strict.api.post('/webhooks', { ...body, url: 'http://example.com:22/' }).expect(422);
    expect(ssh.body.errors).toMatchObject([{ message: 'port 22 is not allowed here (EGRESS_ALLOW_PORTS)' }]);
    const id = await strict.api.webhook((await says(OK)).replace('127.0.0.1', 'localhost'), [eventId]);
    await requestReceipt(nats, { subject: 'hostile.strict', payload: '{}' });
    await eventually(async () => (await strict.api.logs(`webhook_id=${id}`))[0]?.outcome === 'delivered', {
      what: 'the delivery',
    });
    expect(strict.logger.lines.find(({ name }) => name === 'egress.opened')?.fields).toEqual({
      development: false,
      ranges: '127.0.0.1',
    });
  });
});
